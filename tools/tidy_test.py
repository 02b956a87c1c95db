#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of tools/tidy.py has a tiny tree that breaks it and one that keeps it."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import tidy  # noqa: E402
from house import ratchet  # noqa: E402
from house.tree import Tree, strip_cpp  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HASH_SPDX = "# SPDX-License-Identifier: Apache-2.0\n"
PROSE = "#pragma once\n\n// What it is.\n// Who makes it.\n// Threads: a plain value.\n\n"

# A tree of two modules that keeps every rule; each test changes it in one place.
CLEAN = {
    "README.md": "# Tracing\n\nThe [words](docs/glossary.md#span), "
    "[why](docs/decisions/0001-words.md).\n",
    "docs/glossary.md": "# Glossary\n\n## Span\n\nOne piece of work.\n",
    "docs/decisions/0001-words.md": "# 1. Words\n",
    "third_party/README.md": "# Third party\n\n"
    "| Library | Version | Headers | May be included in | Licence |\n|---|---|---|---|---|\n"
    "| gtest | 1 | `gtest/**` | `clew/**/*_test.cc` | BSD |\n"
    "| zstd | 1 | `zstd.h` | `clew/model/squeeze.cc` | BSD |\n",
    "clew/base/CMakeLists.txt": HASH_SPDX + "clew_module(base FLOOR 0 HEADERS error.h)\n",
    "clew/base/error.h": SPDX + PROSE + "namespace clew {\n\n}  // namespace clew\n",
    "clew/model/CMakeLists.txt": HASH_SPDX
    + "clew_module(\n    model FLOOR 1 DEPENDS base\n    HEADERS span.h\n    SOURCES span.cc\n"
    + "    TESTS span_test.cc\n)\n",
    "clew/model/span.h": SPDX
    + PROSE
    + '#include <string>\n\n#include "clew/base/error.h"\n\nnamespace clew::model {\n\n'
    + "struct Span {\n    std::string name;\n};\n\n}  // namespace clew::model\n",
    "clew/model/span.cc": SPDX + '#include "clew/model/span.h"\n\nnamespace clew::model {}\n',
    "clew/model/span_test.cc": SPDX
    + '#include "clew/model/span.h"\n\n#include <gtest/gtest.h>\n\nnamespace clew::model {}\n',
}


class RuleTest(unittest.TestCase):
    def rules_broken(self, changes=None, removed=()):
        """The names of the rules that the clean tree breaks after the changes."""
        files = {**CLEAN, **(changes or {})}
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                if path not in removed:
                    file = Path(folder, path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text)
            return sorted({finding.rule for finding in tidy.findings(Tree(folder))})

    def assert_breaks(self, rule, changes, removed=()):
        self.assertEqual(self.rules_broken(changes, removed), [rule])

    def assert_keeps(self, changes, removed=()):
        self.assertEqual(self.rules_broken(changes, removed), [])

    def changed(self, path, old, new):
        self.assertIn(old, CLEAN[path])
        return {path: CLEAN[path].replace(old, new)}


class CleanTree(RuleTest):
    def test_breaks_nothing(self):
        self.assert_keeps({})


class Layering(RuleTest):
    def test_refuses_an_undeclared_include(self):
        self.assert_breaks("dependency", self.changed("clew/model/CMakeLists.txt", "base", ""))

    def test_refuses_an_include_that_is_not_a_full_path(self):
        self.assert_breaks(
            "dependency", self.changed("clew/model/span.h", '"clew/base/', '"../base/')
        )

    def test_refuses_an_include_of_nothing(self):
        self.assert_breaks("dependency", self.changed("clew/model/span.h", "error.h", "errors.h"))

    def test_reads_no_include_out_of_a_comment(self):
        self.assert_keeps({"clew/base/error.h": CLEAN["clew/base/error.h"] + '// #include "x.h"\n'})

    def test_lets_only_tests_use_test_dependencies(self):
        kit = {
            "clew/model/testing/CMakeLists.txt": HASH_SPDX
            + "clew_module(model/testing FLOOR 1 DEPENDS model HEADERS spans.h)\n",
            "clew/model/testing/spans.h": SPDX + PROSE + "namespace clew::model {\n\n}\n",
            **self.changed(
                "clew/model/CMakeLists.txt",
                "span_test.cc",
                "span_test.cc TEST_DEPENDS model/testing",
            ),
        }
        include = '#include "clew/model/testing/spans.h"\n'
        test = CLEAN["clew/model/span_test.cc"] + include
        self.assert_keeps({**kit, "clew/model/span_test.cc": test})
        source = CLEAN["clew/model/span.cc"] + include
        self.assert_breaks("dependency", {**kit, "clew/model/span.cc": source})

    def test_tells_the_parts_of_a_folder_apart(self):
        parts = {
            "clew/codec/CMakeLists.txt": HASH_SPDX
            + "clew_module(codec FLOOR 2 DEPENDS model HEADERS writer.h)\n"
            + "clew_module(codec PART reader FLOOR 2 DEPENDS codec HEADERS reader.h)\n",
            "clew/codec/writer.h": SPDX + PROSE + "namespace clew::codec {\n\n}\n",
            "clew/codec/reader.h": SPDX
            + PROSE
            + '#include "clew/codec/writer.h"\n\nnamespace clew::codec {\n\n}\n',
            "clew/web/CMakeLists.txt": HASH_SPDX
            + "clew_module(web FLOOR 3 DEPENDS codec:reader HEADERS page.h)\n",
            "clew/web/page.h": SPDX
            + PROSE
            + '#include "clew/codec/reader.h"\n\nnamespace clew::web {\n\n}\n',
        }
        self.assert_keeps(parts)
        wrong = parts["clew/web/CMakeLists.txt"].replace("codec:reader", "codec")
        self.assert_breaks("dependency", {**parts, "clew/web/CMakeLists.txt": wrong})

    def test_refuses_a_sideways_or_upward_edge(self):
        self.assert_breaks("floor", self.changed("clew/model/CMakeLists.txt", "FLOOR 1", "FLOOR 0"))

    def test_refuses_a_dependency_on_nothing(self):
        self.assert_breaks("floor", self.changed("clew/model/CMakeLists.txt", "base", "base wire"))

    def test_refuses_a_module_without_a_floor(self):
        self.assert_breaks("floor", self.changed("clew/base/CMakeLists.txt", "FLOOR 0", ""))

    def test_keeps_others_out_of_the_back_room(self):
        room = {
            "clew/base/CMakeLists.txt": HASH_SPDX
            + "clew_module(base FLOOR 0 HEADERS error.h internal/room.h)\n",
            "clew/base/internal/room.h": SPDX + PROSE + "namespace clew {\n\n}\n",
        }
        include = '#include "clew/base/internal/room.h"\n'
        inside = {"clew/base/error.h": CLEAN["clew/base/error.h"] + include}
        self.assert_keeps({**room, **inside})
        outside = {"clew/model/span.cc": CLEAN["clew/model/span.cc"] + include}
        self.assert_breaks("internal", {**room, **outside})

    def test_refuses_a_cycle_of_folders(self):
        back = CLEAN["clew/base/error.h"] + '#include "clew/model/span.h"\n'
        self.assertIn("cycle", self.rules_broken({"clew/base/error.h": back}))

    def test_refuses_a_file_in_no_target(self):
        self.assert_breaks("target", {"clew/base/lost.cc": SPDX + "namespace clew {}\n"})

    def test_takes_a_file_that_a_script_names(self):
        script = {"cmake/Ui.cmake": HASH_SPDX + "set(sources no_ui.cc)\n"}
        self.assert_keeps({"clew/base/no_ui.cc": SPDX + "namespace clew {}\n", **script})

    def test_refuses_a_target_without_its_file(self):
        self.assert_breaks("target", {}, removed=("clew/model/span_test.cc",))


class ThirdParty(RuleTest):
    def test_knows_the_standard_library_and_the_system(self):
        system = "#include <vector>\n#include <sys/socket.h>\n#include <unistd.h>\n"
        self.assert_keeps({"clew/model/span.cc": CLEAN["clew/model/span.cc"] + system})

    def test_refuses_a_header_away_from_its_home(self):
        source = CLEAN["clew/model/span.cc"] + "#include <zstd.h>\n"
        self.assert_breaks("third-party", {"clew/model/span.cc": source})

    def test_refuses_a_header_without_a_row(self):
        source = CLEAN["clew/model/span.cc"] + "#include <boost/asio.hpp>\n"
        self.assert_breaks("third-party", {"clew/model/span.cc": source})


class Shape(RuleTest):
    def test_limits_the_lines_of_a_source(self):
        text = CLEAN["clew/model/span.cc"]
        self.assert_keeps({"clew/model/span.cc": text + "\n" * (500 - text.count("\n"))})
        self.assert_breaks("file-size", {"clew/model/span.cc": text + "\n" * 500})

    def test_gives_a_test_more_lines(self):
        text = CLEAN["clew/model/span_test.cc"]
        self.assert_keeps({"clew/model/span_test.cc": text + "\n" * (700 - text.count("\n"))})
        self.assert_breaks("file-size", {"clew/model/span_test.cc": text + "\n" * 700})

    def test_gives_a_header_fewer_lines(self):
        self.assert_breaks(
            "file-size", {"clew/base/error.h": CLEAN["clew/base/error.h"] + "\n" * 200}
        )

    def test_limits_a_module_readme(self):
        self.assert_keeps({"clew/base/README.md": "# Base\n" + "\n" * 79})
        self.assert_breaks("file-size", {"clew/base/README.md": "# Base\n" + "\n" * 80})

    def test_limits_the_line(self):
        fits = CLEAN["clew/model/span.cc"] + "// " + "x" * 97 + "\n"
        self.assert_keeps({"clew/model/span.cc": fits})
        self.assert_breaks("line-length", {"clew/model/span.cc": fits[:-1] + "x\n"})

    def test_limits_a_function(self):
        for head in (
            "int f(int a) {",
            "int f(\n    int a\n) {",
            "int f(int a,\n    int b\n) const {",
            "TEST(Span, starts) {",
        ):
            room = 70 - head.count("\n") - 2
            fits = (
                SPDX
                + '#include "clew/model/span.h"\n\n'
                + head
                + "\n"
                + "    g();\n" * room
                + "}\n"
            )
            self.assert_keeps({"clew/model/span.cc": fits})
            self.assert_breaks(
                "function-size", {"clew/model/span.cc": fits.replace("{\n", "{\n    g();\n")}
            )

    def test_takes_no_statement_for_a_function(self):
        lines = '#include "clew/model/span.h"\n\nint f() {\n    return g();\n}\n\n'
        lambdas = "    g([] {\n               g();\n           });\n" * 20
        many = lines * 1 + "int g() {\n" + lambdas + "}\n\n" + "int h(\n    int a\n) {\n}\n"
        self.assert_keeps({"clew/model/span.cc": SPDX + many})

    def test_limits_a_python_function(self):
        fits = HASH_SPDX + "def f():\n" + "    g()\n" * 69
        self.assert_keeps({"python/f.py": fits})
        self.assert_breaks("function-size", {"python/f.py": fits + "    g()\n"})

    def test_refuses_python_that_does_not_parse(self):
        self.assert_breaks("syntax", {"python/f.py": HASH_SPDX + "def f(:\n"})

    def test_limits_units_in_a_folder(self):
        def base(count):
            names = [f"unit{number}.cc" for number in range(count)]
            cmake = (
                "clew_module(base FLOOR 0 HEADERS error.h\n    SOURCES " + "\n".join(names) + ")\n"
            )
            sources = {f"clew/base/{name}": SPDX + "namespace clew {}\n" for name in names}
            return {"clew/base/CMakeLists.txt": HASH_SPDX + cmake, **sources}

        self.assert_keeps(base(14))
        self.assert_breaks("folder-size", base(15))

    def test_limits_depth(self):
        def at(folder):
            return {
                "clew/base/CMakeLists.txt": HASH_SPDX
                + f"clew_module(base FLOOR 0 HEADERS error.h {folder}/deep.h)\n",
                f"clew/base/{folder}/deep.h": SPDX + PROSE + "namespace clew {\n\n}\n",
            }

        self.assert_breaks("folder-depth", at("a/b"))
        self.assert_keeps(at("a/internal"))

    def test_wants_the_licence_line(self):
        self.assert_breaks(
            "licence", {"clew/model/span.cc": CLEAN["clew/model/span.cc"][len(SPDX) :]}
        )
        self.assert_keeps({"dev": "#!/bin/sh\n" + HASH_SPDX})
        self.assert_breaks("licence", {"dev": "#!/bin/sh\n"})

    def test_wants_pragma_once_then_prose(self):
        path = "clew/base/error.h"
        self.assert_breaks("header", self.changed(path, "#pragma once\n", ""))
        self.assert_breaks("header", self.changed(path, "// Who makes it.\n", ""))
        self.assert_breaks("header", self.changed(path, "// Who", "// Who\n" * 11 + "// Who"))

    def test_keeps_a_header_to_itself(self):
        path, at = "clew/base/error.h", "namespace clew {\n"
        self.assert_breaks("header", self.changed(path, at, at + "using std::string;\n"))
        self.assert_breaks("header", self.changed(path, at, at + "namespace detail {}\n"))
        self.assert_breaks("header", self.changed(path, at, at + "#ifdef __linux__\n#endif\n"))
        self.assert_keeps(self.changed(path, at, at + "using Name = int;\n"))

    def test_wants_the_own_header_first(self):
        moved = (
            SPDX + '#include <string>\n\n#include "clew/model/span.h"\nnamespace clew::model {}\n'
        )
        self.assert_breaks("own-header", {"clew/model/span.cc": moved})

    def test_wants_the_namespace_of_the_module(self):
        self.assert_breaks("namespace", self.changed("clew/model/span.cc", "::model", "::trace"))
        foreign = "namespace boost::asio {\nclass io_context;\n}\n\n"
        at = "namespace clew::model"
        self.assert_keeps(self.changed("clew/model/span.cc", at, foreign + at))
        self.assert_breaks("namespace", self.changed("clew/model/span.cc", "::model", ""))
        self.assert_keeps(self.changed("clew/model/span.cc", "::model", "::model::v1"))


class Words(RuleTest):
    def test_refuses_a_drawer_as_a_file(self):
        self.assert_breaks("banned-word", {"python/string_utils.py": HASH_SPDX})
        self.assert_breaks("banned-word", {"python/helpers/strings.py": HASH_SPDX})

    def test_refuses_a_drawer_as_a_name(self):
        at = "namespace clew::model {}\n"
        for code in (
            "class SpanManager {};\n",
            "struct span_info {};\n",
            "void handle_request(int a);\n",
            "int process(int a);\n",
            "std::vector<int> span_data;\n",
            "void send(const Span& impl);\n",
            "class SenderBase {};\n",
            "struct Sender_base {};\n",
        ):
            with self.subTest(code):
                self.assert_breaks("banned-word", self.changed("clew/model/span.cc", at, at + code))

    def test_lets_names_that_say_something_be(self):
        at = "namespace clew::model {}\n"
        code = (
            "// the data of a helper\n"
            'const char* text = "do handle util";\n'
            "const char* data() const;\n"
            "auto n = bytes.data();\n"
            "class SpanHandler {};\n"
            "int process_id = 0;\n"
            "const int kBuiltBase = 0;\n"
            "void document(int database);\n"
        )
        self.assert_keeps(self.changed("clew/model/span.cc", at, at + code))

    def test_reads_python_names(self):
        for code in ("def do_it():\n    pass\n", "class Misc:\n    pass\n", "info = 1\n"):
            with self.subTest(code):
                self.assert_breaks("banned-word", {"python/f.py": HASH_SPDX + code})
        self.assert_keeps({"python/f.py": HASH_SPDX + "import logging\nlogging.info('x')\n"})

    def test_refuses_paths_and_hosts_of_one_machine(self):
        for text in ("see /home/ada/x\n", f"at {'/root'}/y\n", "registry.example.org\n"):
            with self.subTest(text):
                self.assert_breaks(
                    "machine", {"docs/glossary.md": CLEAN["docs/glossary.md"] + text}
                )
        self.assert_keeps(
            {"docs/glossary.md": CLEAN["docs/glossary.md"] + "see /zipkin/ and ~/notes/\n"}
        )

    def test_lets_a_line_state_its_reason(self):
        line = "int span_info;  // tidy-allow: banned-word the protocol's own word\n"
        changed = self.changed(
            "clew/model/span.cc", "namespace clew::model {}\n", "namespace clew::model {}\n" + line
        )
        self.assert_breaks("ratchet", changed)
        self.assert_keeps({**changed, ratchet.CEILINGS: "tidy-allow 1\n"})


class Documents(RuleTest):
    def test_wants_one_title_on_the_first_line(self):
        self.assert_breaks("markdown", {"clew/base/README.md": "Base\n"})
        self.assert_breaks("markdown", {"clew/base/README.md": "# Base\n\n# More\n"})
        self.assert_keeps({"clew/base/README.md": "# Base\n\n```sh\n# a comment\n```\n"})

    def test_refuses_links_that_lead_nowhere(self):
        for link in ("[a](gone.md)", "![a](docs/images/gone.png)", "[a](docs/glossary.md#gone)"):
            with self.subTest(link):
                self.assert_breaks("link", {"README.md": CLEAN["README.md"] + link + "\n"})
        fine = "[a](https://example.com) [b](docs/) [c](clew/model/span.h) `[d](gone.md)`\n"
        self.assert_keeps({"README.md": CLEAN["README.md"] + fine})

    def test_refuses_a_page_that_nobody_reaches(self):
        self.assert_breaks("orphan", {"docs/design/lost.md": "# Lost\n"})

    def test_numbers_decisions(self):
        def decisions(*names):
            links = "".join(f"[d](docs/decisions/{name})\n" for name in names)
            pages = {f"docs/decisions/{name}": "# Decision\n" for name in names}
            return {"README.md": CLEAN["README.md"] + links, **pages}

        self.assert_keeps(decisions("0002-a.md"))
        self.assert_breaks("decision", decisions("0003-a.md"))
        self.assert_breaks("decision", decisions("0001-a.md"))
        self.assert_breaks("decision", decisions("second.md"))


class Ratchet(RuleTest):
    PLACES = {
        "nolint": ("clew/model/span.cc", "// NOLINT(x): why\n"),
        "later": ("clew/model/span.cc", "// TODO\n"),
        "cpp-skip": ("clew/model/span_test.cc", "GTEST_SKIP();\n"),
        "cpp-disabled": ("clew/model/span_test.cc", "TEST(A, DISABLED_b) {}\n"),
        "cpp-commented-out": ("clew/model/span_test.cc", "// TEST(A, b) {}\n"),
        "python-skip": ("python/tests/test_a.py", "pytest.skip('x')\n"),
        "python-commented-out": ("python/tests/test_a.py", "# def test_b():\n"),
        "page-skip": ("ui/src/a.test.ts", "test.skip('x')\n"),
    }

    def with_line(self, name):
        path, line = self.PLACES[name]
        start = CLEAN.get(path, SPDX if path.endswith(".ts") else HASH_SPDX)
        return {path: start + line}

    def test_counts_each_discouraged_thing(self):
        self.assertEqual(set(self.PLACES), set(ratchet.COUNTED) - {"tidy-allow"})
        for name in self.PLACES:
            with self.subTest(name):
                self.assert_breaks("ratchet", self.with_line(name))
                self.assert_keeps({**self.with_line(name), ratchet.CEILINGS: f"{name} 1  # why\n"})

    def test_wants_a_reason_for_each_lint_that_is_silenced(self):
        path = "clew/model/span.cc"
        for line in ("// NOLINT\n", "// NOLINT(x)\n", "// NOLINTNEXTLINE: why\n"):
            changes = {path: CLEAN[path] + line, ratchet.CEILINGS: "nolint 1\n"}
            self.assert_breaks("nolint", changes)

    def test_refuses_a_ceiling_for_nothing(self):
        self.assert_breaks("ratchet", {ratchet.CEILINGS: "nonsense 1\n"})


class Command(unittest.TestCase):
    def run_on(self, files, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                status = tidy.main(["--root", folder, *arguments])
        return status, out.getvalue()

    def test_prints_nothing_on_a_clean_tree(self):
        self.assertEqual(self.run_on(CLEAN), (0, ""))

    def test_names_file_line_and_rule(self):
        status, out = self.run_on({**CLEAN, "clew/base/README.md": "no title\n"})
        self.assertEqual(status, 1)
        self.assertEqual(
            out, "clew/base/README.md:1: the first line must be the title, '# ...' [markdown]\n"
        )

    def test_looks_at_the_named_files_only(self):
        files = {**CLEAN, "clew/base/README.md": "no title\n"}
        self.assertEqual(self.run_on(files, "README.md"), (0, ""))

    def test_tells_soft_limits_on_request_and_passes(self):
        files = {**CLEAN, "clew/model/span.cc": CLEAN["clew/model/span.cc"] + "\n" * 400}
        status, out = self.run_on({**files, ratchet.CEILINGS: "nolint 2\n"}, "--soft")
        self.assertEqual(status, 0)
        self.assertIn("soft: clew/model/span.cc:400: 404 lines", out)
        self.assertIn("the ceiling 2 can fall to 0", out)


class Stripping(unittest.TestCase):
    def test_keeps_lines_and_drops_comments_and_strings(self):
        text = 'a = "x // y"; // c\n/* d\n e */ b = \'"\'; n = 1\'000;\nR"q(\n"\n)q" z\n'
        stripped = strip_cpp(text)
        self.assertEqual(stripped.count("\n"), text.count("\n"))
        for gone in ("x // y", " c", " d", " e "):
            self.assertNotIn(gone, stripped)
        for kept in ("a =", "b =", "n = 1'000;", "z"):
            self.assertIn(kept, stripped)


if __name__ == "__main__":
    unittest.main()
