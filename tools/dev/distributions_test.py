# SPDX-License-Identifier: Apache-2.0
import shutil
import unittest
from unittest import mock

from dev import distributions, packages
from dev.shell import ROOT


class Lanes(unittest.TestCase):
    def test_they_name_tests_that_are_there(self):
        names = {*distributions.DEBIAN_TESTS, *distributions.PINNED_TESTS}
        for name in names:
            self.assertTrue((ROOT / f"python/tests/{name}.py").is_file(), name)

    def test_debians_packages_are_traced_where_there_is_debian(self):
        with mock.patch.object(shutil, "which", return_value="/usr/bin/dpkg-query"):
            self.assertEqual(list(distributions.lanes()), ["debian", "urllib3-1.26"])
        with mock.patch.object(shutil, "which", return_value=None):
            self.assertEqual(list(distributions.lanes()), ["urllib3-1.26"])

    def test_debians_clients_are_among_the_packages(self):
        wanted = packages.wanted("debian")
        for name in ("requests", "urllib3", "httplib2", "httpx", "aiohttp", "eventlet"):
            self.assertIn(f"python3-{name}", wanted)
