# SPDX-License-Identifier: Apache-2.0
"""`./dev test --long`: the suites that take too long, or need too heavy a daemon, for every run.

Each suite that ran adds one row to docs/reliability.md: date, commit, command, versions, result.
The row is a change of the tree like any other: whoever ran the suite commits it.
"""

import datetime
import platform
import subprocess
from collections import namedtuple

from dev import results
from dev.shell import ROOT, Failure

PAGE = ROOT / "docs/reliability.md"
MARK = "<!-- ./dev test --long adds its rows above this line -->\n"

# run: pattern -> the suite's cases. versions: () -> what was tested; asked after the run.
Suite = namedtuple("Suite", "run versions")


def commit():
    """The commit that was tested; with a plus where the tree differs from it."""
    head = git("rev-parse", "--short=10", "HEAD")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PAGE.name}")
    return head + ("+" if changed else "")


def git(*words):
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout.strip() if done.returncode == 0 else "unknown"


def row(name, pattern, cases, seconds, versions):
    """One line of the table."""
    command = f"`./dev test --long {name}{':' + pattern if pattern else ''}`"
    day = datetime.date.today().isoformat()
    result = f"{results.closing_line(cases)} ({seconds:.0f} s)"
    cells = [day, commit(), command, versions, result]
    return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |\n"


def with_row(page, line):
    """The page with one more row, the newest last."""
    if page.count(MARK) != 1:
        raise Failure(f"{PAGE.name} must hold the line {MARK.strip()} once")
    return page.replace(MARK, line + MARK)


def record(name, pattern, cases, seconds, suite):
    machine = f"{platform.machine()}, CPython {platform.python_version()}"
    versions = "; ".join(text for text in (machine, suite.versions()) if text)
    PAGE.write_text(with_row(PAGE.read_text(), row(name, pattern, cases, seconds, versions)))
