# SPDX-License-Identifier: Apache-2.0
"""Discouraged things have a counted ceiling in tools/ratchet.txt, and ceilings only fall."""

import re

from house.tree import ALLOW, Finding, is_test_path

CEILINGS = "tools/ratchet.txt"
SELF = ("tools/house/ratchet.py", "tools/tidy_test.py", "tools/house/tree.py")
COUNTED = {
    "nolint": r"\bNOLINT",
    "later": r"\b(TODO|FIXME|XXX)\b",
    "cpp-skip": r"\bGTEST_SKIP\b",
    "cpp-disabled": r"\bDISABLED_",
    "cpp-commented-out": r"^\s*//\s*TEST(_F|_P)?\(",
    "python-skip": r"\bpytest\.(mark\.skip|skip\(|importorskip|mark\.xfail)|unittest\.skip",
    "python-commented-out": r"^\s*#\s*(async )?def test_",
    "page-skip": r"\b(test|it|describe)\.(skip|todo|only)\b",
    "tidy-allow": ALLOW.pattern,
}
# A name's first word says which files it is counted in; the others are counted in all.
SUFFIXES = {
    "cpp": (".h", ".cc", ".c"),
    "python": (".py",),
    "page": (".ts", ".tsx", ".js", ".mjs"),
}
ALL_SUFFIXES = tuple(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
TEST_ONLY = {"page-skip", "cpp-commented-out", "python-commented-out"}


def count(tree):
    """The places of each counted thing, by its name: {name: [(path, line), ...]}."""
    places = {name: [] for name in COUNTED}
    patterns = {name: re.compile(pattern) for name, pattern in COUNTED.items()}
    for path in tree.with_suffix(*ALL_SUFFIXES):
        counted = [name for name in COUNTED if path not in SELF and is_counted_in(name, path)]
        for number, line in enumerate(tree.lines(path), 1):
            for name in counted:
                if patterns[name].search(line):
                    places[name].append((path, number))
    return places


def is_counted_in(name, path):
    suffixes = SUFFIXES.get(name.split("-")[0], ALL_SUFFIXES)
    return path.endswith(suffixes) and (name not in TEST_ONLY or is_test_path(path))


def ceilings(tree):
    """The numbers written in the ratchet file; a thing that is not named there has ceiling 0."""
    found = {}
    if CEILINGS in tree.files:
        for line in tree.lines(CEILINGS):
            words = line.split("#")[0].split()
            if len(words) == 2 and words[1].isdigit():
                found[words[0]] = int(words[1])
    return found


def check_ratchet(tree):
    """No discouraged thing is more frequent than its ceiling."""
    limits = ceilings(tree)
    for name in limits:
        if name not in COUNTED:
            yield Finding(CEILINGS, 1, "ratchet", f"'{name}' is nothing that is counted")
    for name, places in count(tree).items():
        limit = limits.get(name, 0)
        if len(places) > limit:
            path, line = places[-1]
            message = f"{name}: {len(places)} of them, the ceiling is {limit}"
            yield Finding(path, line, "ratchet", message)


def check_reasons(tree):
    """A NOLINT names its check and says why: `NOLINT(check): reason`."""
    for path in tree.cpp():
        for number, line in enumerate(tree.lines(path), 1):
            if re.search(r"\bNOLINT", line) and not re.search(r"NOLINT\w*\([^)]+\): \S", line):
                yield Finding(path, number, "nolint", "wanted `NOLINT(check): reason`")


def check_slack(tree):
    """A ceiling above the count can be lowered (told on request)."""
    for name, places in count(tree).items():
        limit = ceilings(tree).get(name, 0)
        if len(places) < limit:
            message = f"{name}: the ceiling {limit} can fall to {len(places)}"
            yield Finding(CEILINGS, 1, "ratchet", message)


RULES = [check_ratchet, check_reasons]
SOFT_RULES = [check_slack]
