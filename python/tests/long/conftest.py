# SPDX-License-Identifier: Apache-2.0
"""The folder of the tests beside, whose parts these use; they run by `./dev test --long` alone."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = HERE.parents[1]
# `python -m pytest` in python/ puts that folder first: it is the installed package that is tested.
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != SOURCES]
sys.path.insert(0, str(HERE.parent))
