# SPDX-License-Identifier: Apache-2.0
"""Words that name nothing, and words that belong to one machine."""

import ast
import re
from pathlib import PurePosixPath

from house.tree import Finding, strip_cpp

DRAWERS = {
    "util", "utils", "utility", "utilities", "helper", "helpers", "common", "misc", "manager",
    "managers", "impl", "info", "infos", "data",
}  # fmt: skip
VERBS = {"process", "handle", "do"}
# A noun that begins with a banned verb, and the faces that the language itself asks for.
NOUNS = {"process_id", "process_ids", "process_name", "process_environment"}
LANGUAGE = {"data"}
# Names that another project chose and that ours has to replace or answer to.
FOREIGN = re.compile(
    r"handle_one_response"  # eventlet.wsgi.HttpProtocol
    r"|on_[a-z_]+_impl"  # boost::beast::http::basic_parser
    r"|do_(GET|HEAD|POST)"  # http.server.BaseHTTPRequestHandler
)

WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
TYPE_NAME = re.compile(r"\b(?:class|struct|enum|enum class|concept|namespace)\s+([A-Za-z_]\w*)")
DECLARED = re.compile(
    r"([A-Za-z_][\w:]*(?:<[^;(){}]*>)?)\s*[&*]*\s+[&*]*(?:[A-Za-z_]\w*::)*([A-Za-z_]\w*)\s*"
    r"(?=[;,=({\[)])"
)
NOT_A_TYPE = set(
    "return new delete else case goto throw using typename co_return co_await co_yield operator "
    "and or not if while for switch define include namespace class struct enum public private "
    "template sizeof".split()
)
MACHINE = re.compile(
    r"(?<![\w.~$}])/(?:root|work|home/[a-z]\w*)/"
    r"|\bregistry\.\w+\.\w+|\b(?:pypi|pythonhosted)\.org|\bdeb\.\w+\.org"
)


def banned_word(name, is_file=False):
    """The word that makes a name say nothing, or None."""
    if FOREIGN.fullmatch(name):
        return None
    words = [word.lower() for word in WORDS.findall(name)]
    for word in words:
        if word in DRAWERS:
            return word
    if words and words[0] in VERBS and name.lower() not in NOUNS:
        return words[0]
    names_a_type = name[:1].isupper() or is_file
    if len(words) > 1 and words[-1] == "base" and names_a_type:
        return "base"
    return None


def check_file_names(tree):
    """No file or folder is named after a drawer."""
    for path in tree.files:
        if path.startswith(("ui/public/", "third_party/")):
            continue
        for part in PurePosixPath(path).parts:
            word = banned_word(part.split(".")[0], is_file=True)
            if word:
                yield Finding(path, 1, "banned-word", f"'{word}' in the name {part}")


def cpp_names(text):
    """Yields (line, name) for names that this C++ declares, as far as a regex can tell."""
    for number, line in enumerate(strip_cpp(text).splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        for match in TYPE_NAME.finditer(line):
            yield number, match.group(1)
        for match in DECLARED.finditer(line):
            kind, name = match.group(1), match.group(2)
            if kind not in NOT_A_TYPE and name not in LANGUAGE and name not in NOT_A_TYPE:
                yield number, name


def python_names(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def check_identifiers(tree):
    """No type, function, variable or parameter of ours is named after a drawer."""
    for path in tree.with_suffix(".h", ".cc", ".py"):
        reader = python_names if path.endswith(".py") else cpp_names
        try:
            names = set(reader(tree.text(path)))
        except SyntaxError:
            continue  # told by function-size
        for line, name in sorted(names):
            word = banned_word(name)
            if word:
                yield Finding(path, line, "banned-word", f"'{word}' in the name {name}")


def check_machine_paths(tree):
    """Nothing in the project names this machine's folders or a package registry's host."""
    for path in tree.files:
        if path.endswith("tools/house/words.py") or path.endswith("tools/tidy_test.py"):
            continue
        for number, line in enumerate(tree.lines(path), 1):
            match = MACHINE.search(line)
            if match:
                yield Finding(path, number, "machine", f"'{match.group(0)}' belongs to one machine")


RULES = [check_file_names, check_identifiers, check_machine_paths]
