# SPDX-License-Identifier: Apache-2.0
"""Interpreters are found, told apart and described, whatever else lies beside them."""

import sys
import tempfile
import unittest
from pathlib import Path

from dev import interpreters
from dev.interpreters import Interpreter


class Interpreters(unittest.TestCase):
    def program(self, name, words):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, name)
        path.write_text(f"#!/bin/sh\n{words}\n")
        path.chmod(0o755)
        return path

    def test_knows_the_one_that_runs_this(self):
        one = interpreters.ask(sys.executable)
        self.assertEqual(one.version, sys.version_info[:3])

    def test_takes_nothing_else_for_one(self):
        for words in ("exit 3", "echo nonsense", "echo pypy 3 11 1 True /x", "exec false"):
            self.assertIsNone(interpreters.ask(self.program("python3", words)))
        self.assertIsNone(interpreters.ask("/nonexistent/python3"))

    def test_looks_for_programs_by_their_names(self):
        path = self.program("python3.11", "true")
        for name in ("python3", "python3-config", "python3.11-config", "python"):
            path.with_name(name).write_text("")
        names = [one.name for one in interpreters.candidates([path.parent], path.parent)]
        self.assertEqual(names, ["python3", "python3.11"])

    def test_keeps_one_of_a_minor_version_that_can_be_used(self):
        bare = self.program("python3", "echo cpython 3 12 1 True /nonexistent")
        (one,) = interpreters.found([bare, bare])
        self.assertEqual((one.version, one.is_usable), ((3, 12, 1), False))
        usable = self.program("python3", f"echo cpython 3 12 9 True {bare.parent}")
        Path(bare.parent, "Python.h").write_text("")
        (one,) = interpreters.found(
            [self.program("python3", "echo cpython 3 12 1 False /x"), usable]
        )
        self.assertEqual((one.version, one.is_usable), ((3, 12, 9), True))

    def test_says_what_becomes_of_each(self):
        every = [
            Interpreter("z", (3, 8, 18), True),
            Interpreter("a", (3, 9, 1), True),
            Interpreter("b", (3, 10, 2), True),
            Interpreter("c", (3, 11, 3), True),
            Interpreter("d", (3, 12, 4), False),
        ]
        self.assertEqual([one.path for one in interpreters.others(every, (3, 11))], ["a", "b"])
        self.assertEqual(
            list(interpreters.described(every, (3, 11))),
            [
                "CPython 3.8.18: too old: the package needs 3.9",
                "CPython 3.9.1: tested",
                "CPython 3.10.2: tested",
                "CPython 3.11.3: tested in full",
                "CPython 3.12.4: untested: it lacks venv, ensurepip or its headers",
                "CPython 3.13: untested: not on this machine",
                "CPython 3.14: untested: not on this machine",
            ],
        )


if __name__ == "__main__":
    unittest.main()
