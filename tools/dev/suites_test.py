# SPDX-License-Identifier: Apache-2.0
"""The runner itself: programs that crash, hang, print nothing or write no report."""

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from dev import suites
from dev.results import FAILED, PASSED, Case
from dev.shell import Failure

GOOD = "<testsuites><testsuite><testcase name='a'/></testsuite></testsuites>"


class Runner(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name in ("REPORTS",):
            patch = mock.patch.object(suites, name, Path(folder.name))
            patch.start()
            self.addCleanup(patch.stop)
        quiet = mock.patch.object(suites, "show_tail")
        quiet.start()
        self.addCleanup(quiet.stop)

    def reported(self, script, seconds=30):
        return suites.run_reported("s", "n", [sys.executable, "-c", script], seconds)

    def write_report(self, text=GOOD):
        return f"open({str(suites.REPORTS / 'n.xml')!r}, 'w').write({text!r})\n"

    def test_reads_the_report_of_a_program_that_ends_well(self):
        (case,) = self.reported(self.write_report())
        self.assertEqual((case.name, case.outcome), ("a", PASSED))

    def test_fails_a_program_that_crashes_after_its_report(self):
        cases = self.reported(self.write_report() + "import os; os.abort()")
        self.assertEqual([case.outcome for case in cases], [PASSED, FAILED])

    def test_fails_a_program_without_a_report(self):
        (case,) = self.reported("pass")
        self.assertEqual(case.outcome, FAILED)

    def test_does_not_take_an_earlier_report_for_this_one(self):
        self.reported(self.write_report())
        (case,) = self.reported("pass")
        self.assertEqual(case.outcome, FAILED)

    def test_ends_a_program_that_hangs(self):
        (case,) = self.reported("import time; time.sleep(600)", seconds=0.3)
        self.assertEqual(case.outcome, FAILED)
        self.assertIn("timeout", case.reason)

    def test_takes_the_status_of_a_plain_program(self):
        for script, outcome in (("pass", PASSED), ("raise SystemExit(3)", FAILED)):
            (case,) = suites.run_plain("s", "n", [sys.executable, "-c", script], 30)
            self.assertEqual(case.outcome, outcome)


class Suites(unittest.TestCase):
    def test_runs_all_without_a_filter(self):
        self.assertEqual(list(suites.chosen([], suites.SUITES)), list(suites.SUITES))

    def test_takes_a_part_of_a_suite(self):
        self.assertEqual(
            suites.chosen(["cpp:storage/memory"], suites.SUITES), {"cpp": "storage_memory"}
        )

    def test_refuses_a_suite_that_is_none(self):
        with self.assertRaises(Failure):
            suites.chosen(["nonsense"], suites.SUITES)

    def test_fails_what_needs_a_build_that_failed(self):
        (case,), _ = suites.run_suite("cpp", suites.run_cpp, "", "the build broke")
        self.assertEqual((case.outcome, case.reason), (FAILED, "the build broke"))

    def test_turns_a_failure_inside_a_suite_into_a_failed_case(self):
        def breaks(_):
            raise Failure("no such program")

        (case,), _ = suites.run_suite("cpp", breaks, "")
        self.assertEqual((case.outcome, case.reason), (FAILED, "no such program"))

    def test_records_each_long_suite_and_fails_with_it(self):
        lines = []
        long_suites = {"a": suites.long.Suite(lambda _: [Case("a", "x", FAILED)], lambda: "v")}
        with (
            mock.patch.object(suites, "LONG_SUITES", long_suites),
            mock.patch.object(suites.packages, "install_missing"),
            mock.patch.object(suites, "build_for", return_value=""),
            mock.patch.object(suites.long, "record", lambda *row: lines.append(row[0])),
        ):
            self.assertEqual(suites.test_long([]), 1)
        self.assertEqual(lines, ["a"])


if __name__ == "__main__":
    unittest.main()
