# SPDX-License-Identifier: Apache-2.0
"""What has to be on the machine: Debian's Swift, and clew where Debian's Python finds it.

Debian's Python belongs to Debian, so clew goes into a folder of its own, which the variable
PYTHONUSERBASE makes the user site of whoever has it: its *.pth files are read, which those of
PYTHONPATH are not, and nothing lies outside of the folder. Removing the folder removes clew.
"""

import os
from pathlib import Path

from dev import packages
from dev.shell import BUILD, ROOT, Stamp, content_hash, environment, run, say
from dev.venv import SOURCES

PYTHON = "/usr/bin/python3"  # the first line of Debian's swift-*-server scripts
FOLDER = BUILD / "swift-python"


def ensure():
    """Installs what is missing; returns (the words that run a program traced, its environment)."""
    packages.install_missing("up", "swift")
    install_clew()
    return [str(FOLDER / "bin/clew-run")], {"PYTHONUSERBASE": str(FOLDER)}


def install_clew():
    stamp = Stamp("swift-clew", os.path.realpath(PYTHON), content_hash(*SOURCES))
    if Path(FOLDER, "bin/clew-run").is_file() and not stamp.is_stale():
        return
    say(f"building ./python and installing it into build/{FOLDER.name} for {PYTHON}")
    command = [PYTHON, "-m", "pip", "install", "-q", "--user", "--break-system-packages"]
    command += ["--no-deps", "--force-reinstall", "--no-warn-script-location"]
    command += ["--root-user-action=ignore", "--disable-pip-version-check"]
    command += ["--config-settings", "build-dir=../build/swift-extension/{wheel_tag}"]
    user_base = {"PYTHONUSERBASE": str(FOLDER)}
    run([*command, ROOT / "python"], quiet=True, env=environment(user_base))
    stamp.set()
