# SPDX-License-Identifier: Apache-2.0
"""The name of this service: asked for, of the environment, or of the program.

Threads: pure functions, over what the process was started with.
"""

from __future__ import annotations

import os
import sys

from clew.arguments import check


def chosen_name(name: str | None) -> str | None:
    """What enable() was asked, or else the program's name; None: the environment has one."""
    if name is not None:
        check(name, "service_name", str)
        if not name:
            raise ValueError("service_name must not be empty")
        return name
    if os.environ.get("CLEW_SERVICE_NAME") or os.environ.get("OTEL_SERVICE_NAME"):
        return None
    return _program_name() or "python"


def _program_name() -> str:
    """The file's name; of `python -m NAME` that is not known yet while NAME's package loads."""
    first = sys.argv[0] if sys.argv else ""
    if first == "-m":
        words = _command_line()
        if "-m" in words[:-1]:
            return words[words.index("-m") + 1]
    return os.path.basename(first)


def _command_line() -> list[str]:
    """The words that this interpreter was started by."""
    if sys.version_info >= (3, 10):
        return sys.orig_argv
    try:  # CPython 3.9 does not keep them
        with open("/proc/self/cmdline", "rb") as file:
            return [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    except OSError:
        return []
