# SPDX-License-Identifier: Apache-2.0
"""The CPythons of this machine: the Python tests run on every one that the package supports."""

import os
import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

OLDEST = (3, 9)  # requires-python of python/pyproject.toml
NEWEST = (3, 14)  # that there is; what is not on this machine is said to be untested
FOLDERS = ["/usr/bin", "/usr/local/bin"]
NAME = re.compile(r"python3(\.\d+)?$")
ASK = (
    "import sys, sysconfig, importlib.util as u;"
    "print(sys.implementation.name, *sys.version_info[:3], "
    "all(u.find_spec(name) for name in ('venv', 'ensurepip')), "
    "sysconfig.get_path('include'))"
)

# version: (3, 12, 1); is_usable: it can make an environment and has its headers.
Interpreter = namedtuple("Interpreter", "path version is_usable")


def ask(path):
    """What one program says of itself; None when it is no CPython."""
    try:
        done = subprocess.run(
            [path, "-I", "-c", ASK], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split(maxsplit=5)
    if done.returncode != 0 or len(words) != 6 or words[0] != "cpython":
        return None
    version = tuple(int(word) for word in words[1:4])
    has_headers = Path(words[5].strip(), "Python.h").is_file()
    return Interpreter(str(path), version, words[4] == "True" and has_headers)


def candidates(folders=None, versions=None):
    """Programs that may be a CPython 3, those of pyenv first."""
    versions = Path(versions or os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    yield from sorted(versions.glob("*/bin/python3"))
    for folder in FOLDERS if folders is None else folders:
        entries = sorted(Path(folder).iterdir()) if Path(folder).is_dir() else []
        yield from (entry for entry in entries if NAME.match(entry.name))


def found(paths=None):
    """One interpreter for each minor version, oldest first; a usable one where there is one."""
    best = {}
    for path in candidates() if paths is None else paths:
        one = ask(path)
        if one is not None:
            known = best.get(one.version[:2])
            if known is None or (one.is_usable and not known.is_usable):
                best[one.version[:2]] = one
    return [best[minor] for minor in sorted(best)]


def others(all_found, current=sys.version_info[:2]):
    """Those to test beside the one that runs this."""
    return [
        one
        for one in all_found
        if one.version[:2] >= OLDEST and one.version[:2] != tuple(current) and one.is_usable
    ]


def described(all_found, current=sys.version_info[:2]):
    """One line for each, with what becomes of it."""
    for one in all_found:
        words = "tested"
        if one.version[:2] == tuple(current):
            words = "tested in full"
        elif one.version[:2] < OLDEST:
            words = f"too old: the package needs {'.'.join(map(str, OLDEST))}"
        elif not one.is_usable:
            words = "untested: it lacks venv, ensurepip or its headers"
        yield f"CPython {'.'.join(map(str, one.version))}: {words}"
    here = {one.version[:2] for one in all_found}
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        if (3, minor) not in here:
            yield f"CPython 3.{minor}: untested: not on this machine"
