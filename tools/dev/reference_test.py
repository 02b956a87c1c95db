# SPDX-License-Identifier: Apache-2.0
"""The generated part of a page is replaced, and nothing else of it."""

import tempfile
import unittest
from pathlib import Path

from dev import reference
from dev.shell import Failure

PAGE = f"# Page\n\nintro\n\n{reference.BEGIN}\nold\n\n{reference.END}\nrest\n"


class Reference(unittest.TestCase):
    def program(self, script):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, "clew")
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def test_replaces_what_stands_between_the_marks(self):
        new = reference.with_generated(PAGE, "| table |\n")
        self.assertEqual(new, PAGE.replace("old\n", "| table |\n"))
        self.assertEqual(reference.with_generated(new, "| table |\n"), new)

    def test_wants_both_marks_once_in_order(self):
        for page in ("", PAGE.replace(reference.END, ""), PAGE + reference.BEGIN):
            with self.assertRaises(Failure):
                reference.with_generated(page, "table\n")

    def test_asks_the_program(self):
        program = self.program('[ "$*" = "serve --print-config-reference" ] && echo "| a |"')
        self.assertEqual(reference.generated(program), "| a |\n")

    def test_refuses_a_program_that_fails_or_says_nothing(self):
        for script in ("exit 3", "true"):
            with self.assertRaises(Failure):
                reference.generated(self.program(script))


if __name__ == "__main__":
    unittest.main()
