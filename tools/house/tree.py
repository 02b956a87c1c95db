# SPDX-License-Identifier: Apache-2.0
"""What the rules look at: the project's files, and the modules that its CMake files declare."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import PurePosixPath

CPP = (".h", ".cc")
CODE = (".h", ".cc", ".c", ".py", ".ts", ".tsx", ".js", ".mjs", ".css", ".cmake", ".sh")
SKIPPED_FOLDERS = {".git", "build", "node_modules", "dist", "__pycache__", ".cache"}
ALLOW = re.compile(r"tidy-allow: ([a-z-]+) (\S.*)")


@dataclass(frozen=True)
class Finding:
    """One violation: where, which rule, and a sentence that says what to change."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


@dataclass
class Module:
    """One clew_module() call: a folder, a target, a namespace; or a PART of such a folder."""

    name: str
    cmake_path: str
    line: int
    floor: int = -1
    lists: dict = field(default_factory=dict)

    def words(self, *keywords):
        return [word for keyword in keywords for word in self.lists.get(keyword, [])]

    @property
    def part(self):
        return "".join(self.words("PART"))

    @property
    def full_name(self):
        """As a dependency names it: `codec/json_v2`, or `codec/json_v2:decoder` for a PART."""
        return f"{self.name}:{self.part}" if self.part else self.name

    @property
    def depends(self):
        return self.words("DEPENDS")

    @property
    def test_depends(self):
        return self.words("TEST_DEPENDS")


def strip_cmake_comments(text):
    return re.sub(r"#[^\n]*", "", text)


def parse_modules(cmake_path, text):
    """Yields a Module for each clew_module(...) call; an ALL_CAPS word opens a list."""
    text = strip_cmake_comments(text)
    for call in re.finditer(r"(?<![\w(])clew_module\s*\(([^)]*)\)", text):
        words = call.group(1).replace('"', " ").split()
        if not words or words[0].startswith("$"):
            continue
        module = Module(words[0], cmake_path, text.count("\n", 0, call.start()) + 1)
        keyword = None
        for word in words[1:]:
            if re.fullmatch(r"[A-Z][A-Z_]+", word):
                keyword = word
                module.lists.setdefault(keyword, [])
            elif keyword:
                module.lists[keyword].append(word)
        floor = module.words("FLOOR")
        module.floor = int(floor[0]) if floor and floor[0].isdigit() else -1
        yield module


def is_test_path(path):
    """A file that is built only for tests and benches: it may use TEST_DEPENDS."""
    name = PurePosixPath(path)
    stem_ends = name.stem.endswith(("_test", "_bench", "_fuzz", "_fixture", ".test"))
    return (
        stem_ends
        or name.stem.startswith("test_")
        or name.stem in ("conftest",)
        or any(part in ("testing", "test", "tests") for part in name.parts[:-1])
    )


class Tree:
    """The project's files by relative path, their text, and their modules; reads each file once."""

    def __init__(self, root):
        self.root = str(root)
        self.files = sorted(self._listed())
        self._texts = {}
        self.modules = {}
        self._by_folder = {}
        for path in self.files:
            if path.startswith("clew/") and path.endswith("/CMakeLists.txt"):
                for module in parse_modules(path, self.text(path)):
                    self.modules[module.full_name] = module
                    self._by_folder.setdefault(module.name, []).append(module)

    def _listed(self):
        if os.path.exists(os.path.join(self.root, ".git")):
            command = ["git", "-C", self.root, "ls-files", "-co", "--exclude-standard", "-z"]
            out = subprocess.run(command, capture_output=True, check=True).stdout.decode()
            for path in set(out.split("\0")):
                if path and os.path.isfile(os.path.join(self.root, path)):
                    yield path
            return
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS]
            for name in names:
                yield os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")

    def text(self, path):
        """The file's text; an empty string for a file that is not text."""
        if path not in self._texts:
            with open(os.path.join(self.root, path), "rb") as file:
                raw = file.read()
            try:
                self._texts[path] = "" if b"\0" in raw else raw.decode("utf-8")
            except UnicodeDecodeError:
                self._texts[path] = ""
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def with_suffix(self, *suffixes, under=""):
        return [path for path in self.files if path.endswith(suffixes) and path.startswith(under)]

    def cpp(self):
        return self.with_suffix(*CPP, under="clew/")

    def code(self):
        """Code of ours in any language, CMake files and scripts without a suffix included."""
        for path in self.files:
            name = path.rsplit("/", 1)[-1]
            if path.endswith(CODE) or name in ("CMakeLists.txt", "dev", "run"):
                yield path

    def module_of(self, path):
        """The module that owns a file: of the nearest folder with modules, the one listing it."""
        parts = PurePosixPath(path).parts[1:-1]
        for length in range(len(parts), 0, -1):
            found = self._by_folder.get("/".join(parts[:length]))
            if found:
                name = "/".join(PurePosixPath(path).parts[length + 1 :])
                listing = [module for module in found if name in sum(module.lists.values(), [])]
                return (listing or found)[0]
        return None

    def allowed(self, finding):
        """True where the line itself (or the one above) carries `tidy-allow: <rule> <reason>`."""
        lines = self.lines(finding.path) if finding.path in self._texts else []
        for number in (finding.line, finding.line - 1):
            if 0 < number <= len(lines):
                match = ALLOW.search(lines[number - 1])
                if match and match.group(1) == finding.rule:
                    return True
        return False


def strip_cpp(text):
    """C++ with comments and string contents blanked, line numbers kept."""

    def blank(match):
        token = match.group(0)
        if token.startswith("/"):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    pattern = (
        r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    )
    return re.sub(pattern, blank, text, flags=re.DOTALL)
