# SPDX-License-Identifier: Apache-2.0
"""What each runner's report becomes, and that nothing bad is ever summed away."""

import unittest

from dev.results import (
    FAILED,
    PASSED,
    SKIPPED,
    Case,
    closing_line,
    is_good,
    read_junit,
    report,
    settle,
)

GTEST = """<?xml version="1.0"?>
<testsuites tests="4" failures="1" disabled="1">
  <testsuite name="TraceId" tests="4">
    <testcase name="prints" status="run" result="completed" classname="TraceId" />
    <testcase name="parses" status="run" result="completed" classname="TraceId">
      <failure message="clew/a.cc:3&#x0A;Expected: 1" type=""></failure>
    </testcase>
    <testcase name="reads" status="run" result="skipped" classname="TraceId">
      <skipped message="clew/model/a_test.cc:12&#x0A;no shared folder&#x0A;" />
    </testcase>
    <testcase name="DISABLED_old" status="notrun" result="suppressed" classname="TraceId" />
  </testsuite>
</testsuites>"""

PYTEST = """<testsuites><testsuite name="pytest" errors="1" tests="3">
  <testcase classname="tests.test_a" name="test_one" />
  <testcase classname="tests.test_a" name="test_two"><error message="boom">x</error></testcase>
  <testcase classname="tests.test_a" name="test_three">
    <skipped type="pytest.skip" message="no shared folder">y</skipped></testcase>
</testsuite></testsuites>"""

NODE = """<testsuites><testsuite name="search" tests="2">
  <testcase name="finds" time="1" classname="test"/>
  <testcase name="fails" time="1" classname="test"><failure message="no"/></testcase>
</testsuite></testsuites>"""


class ReadJunit(unittest.TestCase):
    def test_reads_googletest(self):
        self.assertEqual(
            read_junit("cpp", GTEST),
            [
                Case("cpp", "TraceId.prints", PASSED),
                Case("cpp", "TraceId.parses", FAILED, "Expected: 1"),
                Case("cpp", "TraceId.reads", SKIPPED, "no shared folder"),
                Case("cpp", "TraceId.DISABLED_old", SKIPPED, "disabled"),
            ],
        )

    def test_reads_pytest(self):
        outcomes = [(case.name, case.outcome, case.reason) for case in read_junit("python", PYTEST)]
        self.assertEqual(
            outcomes,
            [
                ("tests.test_a.test_one", PASSED, ""),
                ("tests.test_a.test_two", FAILED, "boom"),
                ("tests.test_a.test_three", SKIPPED, "no shared folder"),
            ],
        )

    def test_reads_node(self):
        cases = read_junit("e2e", NODE)
        self.assertEqual([case.name for case in cases], ["finds", "fails"])
        self.assertEqual([case.outcome for case in cases], [PASSED, FAILED])

    def test_reads_a_message_that_node_was_given_in_colour(self):
        text = NODE.replace('message="no"', 'message="\x1b[2mno row\x00\x1b[22m"')
        self.assertEqual(read_junit("e2e", text)[1], Case("e2e", "fails", FAILED, "no row"))

    def test_takes_a_cut_report_for_a_failure(self):
        (case,) = read_junit("cpp", GTEST[:200])
        self.assertEqual(case.outcome, FAILED)

    def test_takes_an_empty_report_for_a_failure(self):
        for text in ("", "<testsuites/>", "<testsuites><testsuite name='a'/></testsuites>"):
            (case,) = read_junit("cpp", text)
            self.assertEqual(case.outcome, FAILED)


class Summing(unittest.TestCase):
    def test_adds_a_failure_for_a_crash_after_good_cases(self):
        good = [Case("cpp", "a", PASSED)]
        self.assertEqual(closing_line(settle("cpp", good, -11)), "1 passed, 1 failed, 0 skipped")
        self.assertEqual(settle("cpp", good, 0), good)

    def test_counts_a_told_failure_once(self):
        bad = [Case("cpp", "a", FAILED)]
        self.assertEqual(settle("cpp", bad, 1), bad)

    def test_is_good_only_when_something_passed_and_nothing_failed(self):
        self.assertFalse(is_good([]))
        self.assertFalse(is_good([Case("a", "a", SKIPPED)]))
        self.assertFalse(is_good([Case("a", "a", PASSED), Case("a", "b", FAILED)]))
        self.assertTrue(is_good([Case("a", "a", PASSED), Case("a", "b", SKIPPED)]))

    def test_lists_skips_by_reason_and_closes_with_the_sum(self):
        cases = [
            Case("cpp", "a", PASSED),
            Case("cpp", "b", SKIPPED, "no shared folder"),
            Case("python", "c", SKIPPED, "no shared folder"),
            Case("ui", "d", FAILED, "why"),
        ]
        self.assertEqual(
            report(cases),
            [
                "skipped, no shared folder:",
                "  cpp: b",
                "  python: c",
                "FAILED ui: d: why",
                "1 passed, 1 failed, 2 skipped",
            ],
        )


if __name__ == "__main__":
    unittest.main()
