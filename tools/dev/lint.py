# SPDX-License-Identifier: Apache-2.0
"""`./dev format` and `./dev tidy`."""

import shutil
import subprocess
import sys

from dev import node, packages, venv
from dev.shell import BUILD, ROOT, Failure, run, say

CLANG_FORMAT, CLANG_TIDY = "clang-format-14", "clang-tidy-14"


def listed(*arguments):
    command = ["git", "-C", str(ROOT), *arguments]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [path for path in out.split("\0") if path and (ROOT / path).is_file()]


def all_files():
    return listed("ls-files", "-co", "--exclude-standard", "-z")


def changed_files():
    """What differs from the main branch's last published state, or from the last commit."""
    base = "HEAD"
    for candidate in ("origin/main", "origin/HEAD"):
        command = ["git", "-C", str(ROOT), "merge-base", "HEAD", candidate]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            base = done.stdout.strip()
            break
    changed = listed("diff", "--name-only", "-z", base)
    return sorted(set(changed + listed("ls-files", "-o", "--exclude-standard", "-z")))


def format_files():
    packages.install_missing("lint")
    sources = [path for path in all_files() if path.endswith((".h", ".cc"))]
    run([CLANG_FORMAT, "-i", *sources])
    ruff = venv.tool("ruff")
    run([ruff, "check", "--select", "I", "--fix", "-q", "."])
    run([ruff, "format", "-q", "."])
    node.run_script("format")


def tidy(everything):
    """The rules of the house, and clang-tidy on the sources, of changed files or of all."""
    packages.install_missing("lint")
    files = all_files() if everything else changed_files()
    if not files:
        say("nothing has changed; `./dev tidy --all` looks at everything")
        return 0
    command = [sys.executable, "tools/tidy.py", "--format"] + ([] if everything else files)
    failed = subprocess.run(command, cwd=ROOT, check=False).returncode != 0
    failed |= clang_tidy([path for path in files if path.endswith(".cc")])
    return 1 if failed else 0


def clang_tidy(sources):
    """True when clang-tidy finds something; it needs the compile commands of the preset dev."""
    commands = BUILD / "dev/compile_commands.json"
    if not commands.is_file():
        raise Failure("clang-tidy reads build/dev/compile_commands.json: run `./dev build` first")
    if not shutil.which(CLANG_TIDY):
        raise Failure(f"{CLANG_TIDY} is not installed")
    text = commands.read_text()
    known = [path for path in sources if f"{ROOT}/{path}" in text]
    if not known:
        return False
    say(f"clang-tidy on {len(known)} files")
    command = [
        CLANG_TIDY,
        "-p",
        str(commands.parent),
        "--quiet",
        "--extra-arg=-Wno-unknown-warning-option",
    ]
    done = subprocess.run([*command, *known], cwd=ROOT, check=False, stderr=subprocess.DEVNULL)
    return done.returncode != 0
