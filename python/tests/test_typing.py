# SPDX-License-Identifier: Apache-2.0
"""The package's type hints hold for who uses it. Method: mypy, strictly, over a program that uses
every call, and over the same with mistakes that it must find.
"""

import os
import subprocess
import sys

import pytest
import services

PROGRAM = services.TESTS / "programs/typed_consumer.py"


def check(path, cache):
    """What mypy prints about a program that imports the installed package."""
    environment = {name: os.environ[name] for name in os.environ if name != "LD_PRELOAD"}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), str(path)],
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS * 3,
        env=environment,
        cwd=path.parent,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


def test_a_program_that_uses_every_call_is_well_typed(cache):
    assert "Success: no issues found in 1 source file" in check(PROGRAM, cache)


def test_mistakes_are_found(cache, tmp_path):
    program = tmp_path / "mistaken.py"
    program.write_text(
        "import clew\n"
        "clew.enable(service_name=5)\n"
        "clew.span('a', kind='sideways')\n"
        "@clew.traced\n"
        "def resize(width: int) -> bytes: return b''\n"
        "resize('wide')\n"
        "clew.wsgi(5)\n"
    )
    found = check(program, cache)
    for line in (2, 3, 6, 7):
        assert f"mistaken.py:{line}: error:" in found, found
