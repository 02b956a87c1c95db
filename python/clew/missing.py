# SPDX-License-Identifier: Apache-2.0
"""Why clew's compiled part cannot be imported, in words that say what to do.

Threads: pure functions.
"""

from __future__ import annotations

import os
import sys
import sysconfig

FOLDER = os.path.dirname(os.path.abspath(__file__))


def explained(error: ImportError) -> ImportError:
    """An ImportError to raise instead; the same one where nothing more is known."""
    words = str(error)
    if "subinterpreter" in words:
        return ImportError(
            "clew cannot be imported in a sub-interpreter that has an interpreter lock of its own "
            "(PEP 684); one that shares the main interpreter's lock can, and processes can",
            name=error.name,
        )
    if isinstance(error, ModuleNotFoundError) and error.name == "clew._native":
        wanted = "_native" + (sysconfig.get_config_var("EXT_SUFFIX") or ".so")
        there = sorted(name for name in os.listdir(FOLDER) if name.startswith("_native."))
        found = [name for name in there if not name.endswith(".pyi")]
        return ModuleNotFoundError(_without_native(wanted, found), name=error.name)
    return error


def _without_native(wanted: str, found: list[str]) -> str:
    version = ".".join(map(str, sys.version_info[:2]))
    if found:
        return (
            f"the clew in {FOLDER} is built for another Python ({', '.join(found)}); "
            f"Python {version} needs {wanted}: install clew with {sys.executable} -m pip"
        )
    return (
        f"the clew in {FOLDER} is its source, without the compiled part; install it "
        f"({sys.executable} -m pip install {os.path.dirname(FOLDER)}), and start Python elsewhere: "
        "a folder named clew in the current one is imported first"
    )
