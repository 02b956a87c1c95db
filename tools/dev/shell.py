# SPDX-License-Identifier: Apache-2.0
"""Running other programs, and where things lie."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


class Failure(Exception):
    """Ends the command with one sentence for the person who typed it."""


def say(text):
    print(f"dev: {text}", flush=True)


def run(command, quiet=False, **options):
    """Runs a program to its end; a Failure names it when it does not succeed.

    quiet: its output is shown only when it fails.
    """
    if quiet:
        options.update(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    options.setdefault("cwd", ROOT)
    options.setdefault("env", environment())
    try:
        done = subprocess.run([str(word) for word in command], check=False, **options)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        if quiet:
            sys.stdout.write(done.stdout.decode(errors="replace"))
            sys.stdout.flush()
        words = " ".join(str(word) for word in command[:4])
        raise Failure(f"`{words}` ended with status {done.returncode}")
    return done


def environment(extra=None):
    """The environment of every program that dev runs: ccache works across clones, no .pyc files."""
    values = dict(os.environ)
    values.setdefault("CCACHE_BASEDIR", str(ROOT))
    values.setdefault("CCACHE_NOHASHDIR", "1")
    values.setdefault("CCACHE_SLOPPINESS", "pch_defines,time_macros")
    values.pop("PYTHONPATH", None)
    node = BUILD / "node" / "bin"
    if node.is_dir():
        values["PATH"] = f"{node}{os.pathsep}{values.get('PATH', '')}"
    values.update(extra or {})
    return values


def content_hash(*paths):
    """A digest of files and folders (their names and bytes), build products left out."""
    digest = hashlib.sha256()
    skipped = {"node_modules", "dist", "__pycache__", "build", ".pytest_cache"}
    for top in paths:
        top = Path(top)
        files = [top] if top.is_file() else []
        for folder, folders, names in os.walk(top):
            kept = [name for name in folders if name not in skipped]
            folders[:] = sorted(name for name in kept if not name.endswith(".egg-info"))
            files += [Path(folder, name) for name in sorted(names)]
        for file in files:
            digest.update(os.path.relpath(file, ROOT).encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


class Stamp:
    """Remembers that a step was done for this content: `if stamp.is_stale(): ...; stamp.set()`."""

    def __init__(self, name, *contents):
        self.path = BUILD / "stamps" / name
        self.value = hashlib.sha256("\0".join(contents).encode()).hexdigest()

    def is_stale(self):
        return not self.path.is_file() or self.path.read_text() != self.value

    def set(self):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.value)
