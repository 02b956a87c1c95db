# SPDX-License-Identifier: Apache-2.0
"""`./dev bench`: builds the preset bench and runs what bench/ holds."""

import sys

from dev import build, packages, venv
from dev.shell import ROOT, run


def bench():
    packages.install_missing("up", "bench")
    folder = build.build("bench")
    python = venv.bench_python()
    run([sys.executable, ROOT / "bench/run.py", "--build", folder, "--python", python])
    return 0
