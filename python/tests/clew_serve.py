# SPDX-License-Identifier: Apache-2.0
"""A running `clew serve` for tests that show what a person would see."""

import contextlib
import json
import os
import shutil
import subprocess
import urllib.request

import services


def binary():
    """The server to test with: CLEW_BINARY, or `clew` of the search path."""
    named = os.environ.get("CLEW_BINARY", "")
    return named if os.path.isfile(named) else shutil.which("clew")


@contextlib.contextmanager
def running(folder):
    """A running `clew serve` on ports of its own; yields (its API's address, scribe's port)."""
    ports_path = folder / "ports"
    command = [binary(), "serve", "--port", "0", "--scribe-port", "0"]
    command += ["--port-file", str(ports_path)]
    child = subprocess.Popen(command, env=services.clean_environment())
    try:
        services.wait_until(lambda: ports_path.is_file() or child.poll() is not None, 60)
        ports = dict(line.split("=") for line in ports_path.read_text().split())
        yield f"http://127.0.0.1:{ports['http']}/api/v2", ports["scribe"]
    finally:
        child.terminate()
        status = child.wait(30)
    assert status == 0


def ask(api, path):
    with urllib.request.urlopen(api + path, timeout=10) as reply:
        return json.load(reply)
