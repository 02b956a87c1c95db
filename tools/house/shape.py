# SPDX-License-Identifier: Apache-2.0
"""How a file looks from outside: its size, its first lines, its functions, its folder."""

import ast
import re
from collections import defaultdict
from pathlib import PurePosixPath

from house.layering import includes
from house.tree import Finding, is_test_path, strip_cpp

# (soft, hard) as docs/style.md has them; soft ones are told only on request.
CODE_LINES = (400, 500)
TEST_LINES = (500, 700)
HEADER_LINES = (150, 200)
FUNCTION_LINES = (40, 70)
UNITS_PER_FOLDER = (13, 15)
MODULE_README_LINES = (60, 80)
LINE_COLUMNS_MAX = 100
FOLDERS_BELOW_CLEW_MAX = 2
PROSE_LINES = (3, 12)

SIZED = (".h", ".cc", ".c", ".py", ".ts", ".tsx", ".js", ".mjs", ".css")
NOT_A_FUNCTION = re.compile(
    r"^\s*(namespace|class|struct|union|enum|if|for|while|switch|else|do|try|catch|extern|"
    r"return|case|default|public|private|protected|using|concept|requires|static_assert|\}|#|"
    r"const\s+auto|auto\s+\w+\s*=|\w+\s*=)"
)


def check_file_sizes(tree, soft=False):
    """A file has at most 500 lines, a test 700, a header 200."""
    for path in tree.with_suffix(*SIZED):
        if is_test_path(path):
            limits = TEST_LINES
        elif path.endswith(".h"):
            limits = HEADER_LINES
        else:
            limits = CODE_LINES
        count, limit = len(tree.lines(path)), limits[0 if soft else 1]
        if count > limit:
            yield Finding(path, limit, "file-size", f"{count} lines, at most {limit}: split it")


def check_line_length(tree):
    """No line of code is longer than 100 columns."""
    for path in tree.code():
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > LINE_COLUMNS_MAX:
                message = f"{len(line)} columns, at most {LINE_COLUMNS_MAX}"
                yield Finding(path, number, "line-length", message)


def cpp_functions(text):
    """Yields (first line, line count) of function bodies; relies on the format of .clang-format."""
    lines = strip_cpp(text).splitlines()
    for number, line in enumerate(lines):
        if not line.rstrip().endswith("{") or NOT_A_FUNCTION.match(line):
            continue
        start = number
        indent = len(line) - len(line.lstrip())
        if line.strip().startswith(")"):  # a broken parameter list: walk back to its opening line
            while start > 0 and (
                start == number or not re.match(rf" {{{indent}}}\S", lines[start])
            ):
                start -= 1
            if NOT_A_FUNCTION.match(lines[start]):
                continue
        elif "(" not in line or ")" not in line:
            continue
        for end in range(number + 1, len(lines)):
            inner = lines[end].strip()
            if not inner or inner[0] == "#" or lines[end].startswith(" " * (indent + 1)):
                continue
            if lines[end].startswith(" " * indent + "}"):
                yield start + 1, end - start + 1
            break


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check_function_sizes(tree, soft=False):
    """A function is one screen: at most 70 lines."""
    limit = FUNCTION_LINES[0 if soft else 1]
    for path in tree.with_suffix(".h", ".cc", ".py"):
        try:
            reader = python_functions if path.endswith(".py") else cpp_functions
            found = list(reader(tree.text(path)))
        except SyntaxError as error:
            yield Finding(path, error.lineno or 1, "syntax", f"not valid Python: {error.msg}")
            continue
        for line, count in found:
            if count > limit:
                message = f"a function of {count} lines, at most {limit}"
                yield Finding(path, line, "function-size", message)


def unit_name(path):
    return re.sub(r"_(test|bench|fuzz)$", "", PurePosixPath(path).stem)


def check_folders(tree, soft=False):
    """At most 15 units a folder, two folders below clew/ (a back room, internal/, not counted)."""
    units = defaultdict(set)
    for path in tree.cpp():
        folders = PurePosixPath(path).parts[1:-1]
        units["/".join(("clew",) + folders)].add(unit_name(path))
        rooms = len(folders) - (folders[-1:] == ("internal",))
        if not soft and rooms > FOLDERS_BELOW_CLEW_MAX:
            yield Finding(path, 1, "folder-depth", "more than two folders below clew/")
    limit = UNITS_PER_FOLDER[0 if soft else 1]
    for folder, names in sorted(units.items()):
        if len(names) > limit:
            message = f"{len(names)} units in one folder, at most {limit}"
            yield Finding(folder, 1, "folder-size", message)
    for path in tree.with_suffix("/README.md", under="clew/"):
        limit = MODULE_README_LINES[0 if soft else 1]
        if len(tree.lines(path)) > limit:
            yield Finding(path, limit, "file-size", f"a module's README has at most {limit} lines")


def check_licence(tree):
    """The licence is one SPDX line: the first, or the second after `#!`; CSS needs none."""
    for path in tree.code():
        if path.endswith(".css"):
            continue
        head = tree.lines(path)[:2]
        if head and not head[0].startswith("#!"):
            head = head[:1]
        if not any("SPDX-License-Identifier: Apache-2.0" in line for line in head):
            message = "the first line must be 'SPDX-License-Identifier: Apache-2.0' in a comment"
            yield Finding(path, 1, "licence", message)


def check_header_opening(tree):
    """A header reads: licence, #pragma once, 3 to 12 lines of prose, includes."""
    for path in tree.with_suffix(".h", under="clew/"):
        lines = [line.strip() for line in tree.lines(path)]
        if "#pragma once" not in lines[:3]:
            yield Finding(path, 2, "header", "'#pragma once' follows the licence line")
            continue
        at = lines.index("#pragma once") + 1
        prose = 0
        while at < len(lines) and (not lines[at] or lines[at].startswith("//")):
            prose += len(lines[at].lstrip("/ ")) > 0
            at += 1
        if not PROSE_LINES[0] <= prose <= PROSE_LINES[1]:
            message = (
                f"{prose} lines of prose after '#pragma once', wanted {PROSE_LINES[0]} to "
                f"{PROSE_LINES[1]}: what it is in tracing, who makes it, threads, lifetime"
            )
            yield Finding(path, 3, "header", message)


def check_header_contents(tree):
    """No using of others' names, no namespace detail, no conditional compilation in a header."""
    for path in tree.with_suffix(".h", under="clew/"):
        kept = strip_cpp(tree.text(path)).splitlines()
        for number, line in enumerate(kept, 1):
            if re.match(r"using\b(?!\s+\w+\s*=)", line):
                yield Finding(path, number, "header", "no using of others' names in a header")
            if re.match(r"\s*namespace\s+(\w+::)*detail\b", line):
                yield Finding(path, number, "header", "no namespace detail: use internal/")
            conditional = re.match(r"\s*#\s*(if|ifdef|ifndef|elif)\b", line)
            if conditional and "__cplusplus" not in line and path != "clew/base/assert.h":
                message = "no conditional compilation in a header: put it in a *_linux.cc"
                yield Finding(path, number, "header", message)


def check_own_header_first(tree):
    """A source or test file includes its own header first."""
    headers = set(tree.with_suffix(".h", under="clew/"))
    for path in tree.with_suffix(".cc", under="clew/"):
        own = str(PurePosixPath(path).with_name(unit_name(path) + ".h"))
        found = list(includes(tree, path))
        if own in headers and found and found[0][2] != own:
            yield Finding(path, found[0][0], "own-header", f'"{own}" comes first')


def check_namespaces(tree):
    """A file's namespace is its module's: clew::<module>, or clew itself for base."""
    for path in tree.cpp():
        module = PurePosixPath(path).parts[1]
        for number, line in enumerate(tree.lines(path), 1):
            match = re.match(r"namespace\s+(clew\b[\w:]*)\s*\{", line)
            if not match:
                continue
            name = match.group(1)
            wanted = f"clew::{module}"
            grounded = module == "base" and (name == "clew" or name.startswith("clew::"))
            if not grounded and name != wanted and not name.startswith(wanted + "::"):
                yield Finding(path, number, "namespace", f"namespace {name}, wanted {wanted}")
            break


RULES = [
    check_file_sizes,
    check_line_length,
    check_function_sizes,
    check_folders,
    check_licence,
    check_header_opening,
    check_header_contents,
    check_own_header_first,
    check_namespaces,
]
SOFT_RULES = [check_file_sizes, check_function_sizes, check_folders]
