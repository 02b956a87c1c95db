# SPDX-License-Identifier: Apache-2.0
"""System packages: reads packages.txt, says what is missing, installs it."""

import os
import shutil
import subprocess
from pathlib import Path

from dev.shell import Failure, run, say

LIST = Path(__file__).with_name("packages.txt")


def parse(text):
    """The list as {group: [package, ...]}; a malformed line is a Failure."""
    groups = {}
    for number, line in enumerate(text.splitlines(), 1):
        entry, _, reason = line.partition("#")
        words = entry.split()
        if not words:
            continue
        if len(words) != 2 or not reason.strip():
            raise Failure(f"{LIST.name}:{number}: wanted `group package  # why`")
        groups.setdefault(words[0], []).append(words[1])
    return groups


def wanted(*groups):
    """The packages of the groups, in order, each once."""
    lists = parse(LIST.read_text())
    return list(dict.fromkeys(name for group in groups for name in lists[group]))


def installed_among(names):
    """Those of the names that dpkg calls installed."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names]
    out = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    pairs = [line.split() for line in out.splitlines()]
    return {pair[1] for pair in pairs if len(pair) == 2 and pair[0] == "installed"}


def install_missing(*groups):
    """Brings what the groups name and this machine lacks; says which."""
    names = wanted(*groups)
    if not shutil.which("dpkg-query"):
        say("no Debian, so packages are not checked; what is needed, by Debian's names:")
        say("  " + " ".join(names))
        return
    present = installed_among(names)
    missing = [name for name in names if name not in present]
    if not missing:
        return
    say("missing system packages: " + " ".join(missing))
    say("installing them")
    command = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            names = " ".join(missing)
            raise Failure(
                "installing needs root and there is no sudo; as root: "
                f"apt-get install --no-install-recommends {names}"
            )
        command = ["sudo", *command]
    run([*command, "update", "-qq"], quiet=True)
    run([*command, "install", "-y", "-qq", "--no-install-recommends", *missing], quiet=True)
