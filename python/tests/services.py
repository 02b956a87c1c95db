# SPDX-License-Identifier: Apache-2.0
"""Programs that tests start: each prints "port N" when it is ready, and is ended by its id."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

TESTS = Path(__file__).parent
CLEW_RUN = str(Path(sys.executable).parent / "clew-run")
READY_SECONDS = 60  # a sanitizer and a busy machine are slow to start


class Service:
    """A started program; its output is read as it comes. before: words before its command, program:
    what runs the script, by default this interpreter.
    """

    def __init__(self, script, *arguments, environment=None, before=(), program=None):
        extra = {"PYTHONUNBUFFERED": "1", **(environment or {})}
        self.child = subprocess.Popen(
            [*before, program or sys.executable, str(script), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=TESTS,
            env={**clean_environment(), **extra},
        )
        self.lines = []
        self._changed = threading.Condition()
        self._has_ended = False
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.port = int(self.line_like(r"\bport (\d+)$")[1])
        except BaseException:
            self.stop()
            raise

    def _read(self):
        for line in self.child.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def line_like(self, pattern, seconds=READY_SECONDS):
        """The match of the first line of output that the pattern is found in."""

        def found():
            return next(filter(None, (re.search(pattern, line) for line in self.lines)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._has_ended, seconds)
            match = found()
        assert match, f"no line like {pattern!r}:\n" + "\n".join(self.lines)
        return match

    def stop(self):
        """Ends it and returns all that it printed."""
        if self.child.poll() is None:
            self.child.terminate()
        self.child.wait(READY_SECONDS)
        with self._changed:
            self._changed.wait_for(lambda: self._has_ended, READY_SECONDS)
            return "\n".join(self.lines)

    def get(self, path, headers=None, method="GET"):
        """(status, body) of a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READY_SECONDS)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        except ConnectionRefusedError:
            raise AssertionError("it has ended:\n" + "\n".join(self.lines)) from None
        finally:
            connection.close()

    def ask(self, path, headers=None):
        """The JSON that a path answers."""
        status, body = self.get(path, headers)
        assert status == 200, (status, body)
        return json.loads(body)


def clean_environment():
    """This process's environment without what the tracer reads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    for name in ("OTEL_SERVICE_NAME", "OTEL_SEMCONV_STABILITY_OPT_IN"):
        kept.pop(name, None)
    return kept


@contextlib.contextmanager
def running(script, *arguments, environment=None, before=()):
    service = Service(script, *arguments, environment=environment, before=before)
    try:
        yield service
    finally:
        service.stop()


def run_script(text, *arguments, environment=None, seconds=READY_SECONDS):
    """Runs a Python program given as text to its end; returns what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", text, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=TESTS,
        env=clean_environment() | (environment or {}),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_until(ready, seconds=20):
    """Asks `ready` until it answers something true, and returns that."""
    deadline = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < deadline, f"waited {seconds} s"
        time.sleep(0.01)
    return answer
