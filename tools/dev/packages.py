# SPDX-License-Identifier: Apache-2.0
"""System packages: reads packages.txt, says what is missing, installs it."""

import os
import shutil
import subprocess
from pathlib import Path

from dev.shell import Failure, run, say

LIST = Path(__file__).with_name("packages.txt")
# Runs a command while Debian's packages may start no service: what comes along to be run by hand
# shall not run by itself. See invoke-rc.d(8). A policy that is there already stays.
WITHOUT_SERVICES = """
policy=${POLICY:-/usr/sbin/policy-rc.d}
if ! [ -e $policy ]; then
    trap 'rm -f $policy' EXIT
    printf '#!/bin/sh\\nexit 101\\n' >$policy
    chmod 755 $policy
fi
"$@"
"""
# Nor after the next start of the machine.
SERVICES = {"memcached": "memcached.service"}


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
    install(missing)


def install(names):
    """Has apt bring the packages, with no service started now or later."""
    as_root = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise Failure(
                "installing needs root and there is no sudo; as root: "
                f"apt-get install --no-install-recommends {' '.join(names)}"
            )
        as_root = ["sudo"]
    apt = [*as_root, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*apt, "apt-get", "update", "-qq"], quiet=True)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    run([*apt, "sh", "-c", WITHOUT_SERVICES, "sh", *command], quiet=True)
    services = [SERVICES[name] for name in names if name in SERVICES]
    if services and shutil.which("systemctl"):
        run([*as_root, "systemctl", "disable", "--quiet", *services], quiet=True)
