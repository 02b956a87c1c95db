# SPDX-License-Identifier: Apache-2.0
"""What is decided about wheels: which interpreters get one, and which of them is fit for others."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from dev import wheels
from dev.interpreters import Interpreter
from dev.results import FAILED, PASSED
from dev.shell import Failure


class Wheels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.wheel = Path(folder.name, "clew-1-cp39-cp39-manylinux_2_34_x86_64.whl")
        self.wheel.write_bytes(b"1" * 2000)

    def test_are_built_for_usable_interpreters_that_the_package_supports(self):
        every = [
            Interpreter("a", (3, 8, 18), True),
            Interpreter("b", (3, 9, 18), True),
            Interpreter("c", (3, 10, 1), False),
            Interpreter("d", (3, 13, 0), True),
        ]
        self.assertEqual([one.path for one in wheels.supported(every)], ["b", "d"])
        self.assertEqual(wheels.tag_of(every[3]), "cp313")

    def test_are_described_by_what_their_file_says(self):
        section = (["libc.so.6", "libgcc_s.so.1"], (2, 34))
        with mock.patch.object(wheels, "dynamic_section", return_value=section):
            line = wheels.described(self.wheel)
        self.assertIn("2 kB; needs libc.so.6, libgcc_s.so.1; glibc 2.34", line)

    def test_are_refused_when_they_need_what_others_lack(self):
        section = (["libc.so.6", "libstdc++.so.6"], (2, 34))
        with (
            mock.patch.object(wheels, "dynamic_section", return_value=section),
            self.assertRaisesRegex(Failure, r"needs libstdc\+\+\.so\.6"),
        ):
            wheels.described(self.wheel)

    def test_that_fail_do_not_hide_those_that_do_not(self):
        every = [Interpreter("a", (3, 9, 18), True), Interpreter("b", (3, 13, 0), True)]
        found = [(every[0], Failure("no compiler")), (every[1], "a line")]
        with mock.patch.object(wheels, "wheels", return_value=found):
            cases = wheels.settled("wheels", every)
        self.assertEqual([case.outcome for case in cases], [FAILED, PASSED])
        self.assertEqual((cases[0].name, cases[0].reason), ("cp39", "no compiler"))


if __name__ == "__main__":
    unittest.main()
