#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that the tree is built as docs/style.md says. Prints nothing and exits 0 when it is.

usage: tidy.py [--root FOLDER] [--soft] [--format] [FILE ...]

  FILE ...   report only findings in these files (the whole tree is read all the same)
  --soft     also tell soft limits that are passed and ceilings that can fall; never fails for them
  --format   also run clang-format 14 on the C++ files, where it is installed
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from house import documents, layering, ratchet, shape, third_party, words  # noqa: E402
from house.tree import Finding, Tree  # noqa: E402

FAMILIES = (layering, third_party, shape, words, documents, ratchet)


def findings(tree):
    """All violations, in the order of the rules."""
    for family in FAMILIES:
        for rule in family.RULES:
            for finding in rule(tree):
                if not tree.allowed(finding):
                    yield finding


def soft_findings(tree):
    for rule in shape.SOFT_RULES:
        yield from rule(tree, soft=True)
    for rule in ratchet.SOFT_RULES:
        yield from rule(tree)


def format_findings(tree):
    """What clang-format 14 would change, where that binary exists; other versions differ."""
    binary = shutil.which("clang-format-14")
    if binary is None:
        print("tidy: clang-format-14 is not installed, format not checked", file=sys.stderr)
        return
    files = tree.with_suffix(".h", ".cc")
    command = [binary, "--dry-run", "--Werror", "--ferror-limit=1", *files]
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True)
    for line in done.stderr.splitlines():
        if "-Wclang-format-violations" in line:
            path, number = line.split(":")[:2]
            yield Finding(path, int(number), "format", "run ./dev format")


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--root", default=str(Path(__file__).resolve().parent.parent))
    parser.add_argument("--soft", action="store_true")
    parser.add_argument("--format", action="store_true")
    options = parser.parse_args(arguments)
    tree = Tree(options.root)
    found = list(findings(tree))
    if options.format:
        found += format_findings(tree)
    if options.files:
        found = [finding for finding in found if finding.path in options.files]
    for finding in found:
        print(finding)
    if options.soft:
        for finding in soft_findings(tree):
            print(f"soft: {finding}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
