# SPDX-License-Identifier: Apache-2.0
"""What a long run leaves in the tree: one row a suite, true about what was tested."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

from dev import long
from dev.results import FAILED, PASSED, Case
from dev.shell import Failure

CASES = [Case("s", "a", PASSED), Case("s", "b", FAILED, "why")]


class Record(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = Path(folder.name, "reliability.md")
        patch = mock.patch.object(long, "PAGE", self.page)
        patch.start()
        self.addCleanup(patch.stop)
        self.suite = long.Suite(lambda _: CASES, lambda: "peer | 1.0")

    def test_adds_a_row_with_the_command_the_versions_and_the_counts(self):
        self.page.write_text("# Long\n\n| |\n| --- |\n| old |\n" + long.MARK)
        long.record("wheels", "3.9", CASES, 61.4, self.suite)
        last = self.page.read_text().splitlines()[-2]
        self.assertIn("`./dev test --long wheels:3.9`", last)
        self.assertIn("peer / 1.0", last)
        self.assertIn("1 passed, 1 failed, 0 skipped (61 s)", last)
        self.assertTrue(self.page.read_text().endswith(long.MARK))

    def test_refuses_a_page_that_has_lost_its_mark(self):
        self.page.write_text("# Long\n")
        with self.assertRaisesRegex(Failure, "once"):
            long.record("wheels", "", CASES, 1, self.suite)

    def test_names_the_commit_and_whether_the_tree_differs_from_it(self):
        answers = {"rev-parse": "0123456789", "status": " M clew/x.cc"}
        with mock.patch.object(long, "git", lambda verb, *_: answers[verb]):
            self.assertEqual(long.commit(), "0123456789+")
            answers["status"] = ""
            self.assertEqual(long.commit(), "0123456789")


class Page(unittest.TestCase):
    def test_of_the_tree_has_its_mark(self):
        self.assertEqual(long.PAGE.read_text().count(long.MARK), 1)


if __name__ == "__main__":
    unittest.main()
