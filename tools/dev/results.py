# SPDX-License-Identifier: Apache-2.0
"""Test results of every kind as single cases, and the one line that closes `./dev test`.

GoogleTest, pytest, vitest and node's runner all write the same family of XML; one reader does.
"""

import re
import xml.etree.ElementTree as xml
from collections import Counter
from dataclasses import dataclass

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
# What node's runner copies into its report from a coloured message, and XML does not allow.
CONTROLS = re.compile(r"\x1b\[[\d;]*m|[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True)
class Case:
    """One test case: its suite, its name, how it went, and why when it did not simply pass."""

    suite: str
    name: str
    outcome: str
    reason: str = ""


def read_junit(suite, text):
    """The cases of one XML report; a report that is cut off or empty is one failed case."""
    try:
        root = xml.fromstring(CONTROLS.sub("", text))
    except xml.ParseError as error:
        return [Case(suite, "report", FAILED, f"its XML report cannot be read: {error}")]
    cases = [read_case(suite, element) for element in root.iter("testcase")]
    return cases or [Case(suite, "report", FAILED, "it ran no test case")]


def read_case(suite, element):
    group = element.get("classname") or ""
    name = element.get("name") or "?"
    full_name = f"{group}.{name}" if group and group not in ("test", name) else name
    for bad in ("failure", "error"):
        found = element.find(bad)
        if found is not None:
            return Case(suite, full_name, FAILED, text_of(found))
    skipped = element.find("skipped")
    if skipped is not None or element.get("result") == "skipped":
        reason = text_of(skipped) if skipped is not None else ""
        return Case(suite, full_name, SKIPPED, reason or "no reason given")
    if element.get("status") == "notrun":
        return Case(suite, full_name, SKIPPED, "disabled")
    return Case(suite, full_name, PASSED)


def text_of(element):
    """A reason in few words: the message without the file and line that GoogleTest puts first."""
    text = element.get("message") or element.text or ""
    text = re.sub(r"^\S+\.(cc|h):\d+\s*", "", text.strip())
    return " ".join(text.split())


def settle(suite, cases, status, words=""):
    """The cases of a program that ended with `status`: a bad end is never lost in good cases."""
    if status != 0 and not any(case.outcome == FAILED for case in cases):
        cases = [*cases, Case(suite, "exit status", FAILED, f"ended with status {status} {words}")]
    return cases


def closing_line(cases):
    counts = Counter(case.outcome for case in cases)
    return ", ".join(f"{counts[outcome]} {outcome}" for outcome in (PASSED, FAILED, SKIPPED))


def is_good(cases):
    """At least one case passed and none failed."""
    counts = Counter(case.outcome for case in cases)
    return counts[PASSED] > 0 and counts[FAILED] == 0


def report(cases):
    """What follows the suites: skips by reason, failures by name, the closing line last."""
    lines = []
    skips = {}
    for case in cases:
        if case.outcome == SKIPPED:
            skips.setdefault(case.reason, []).append(f"{case.suite}: {case.name}")
    for reason, names in sorted(skips.items()):
        lines.append(f"skipped, {reason}:")
        lines += [f"  {name}" for name in names]
    for case in cases:
        if case.outcome == FAILED:
            lines.append(f"FAILED {case.suite}: {case.name}: {case.reason[:300]}")
    return [*lines, closing_line(cases)]
