# SPDX-License-Identifier: Apache-2.0
"""Markdown: one title, links that lead somewhere, no page that nobody can reach."""

import os
import re

from house.tree import Finding

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
ENTRANCES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
DECISION = re.compile(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md")


def prose_lines(tree, path):
    """Yields (number, line) outside fenced code, with inline code blanked."""
    fenced = False
    for number, line in enumerate(tree.lines(path), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield number, re.sub(r"`[^`]*`", "``", line)


def anchors(tree, path):
    """The names that GitHub gives a page's headings."""
    names = set()
    fenced = False
    for line in tree.lines(path):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        match = re.match(r"#{1,6}\s+(.*)", line)
        if match and not fenced:
            title = re.sub(r"[^\w\- ]", "", match.group(1).strip().lower())
            names.add(title.replace(" ", "-"))
    return names


def links(tree, path):
    """Yields (line, target path in the tree or None when it leaves the tree, anchor)."""
    for number, line in prose_lines(tree, path):
        for match in LINK.finditer(line):
            target = match.group(2)
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            at, _, anchor = target.partition("#")
            resolved = os.path.normpath(os.path.join(os.path.dirname(path), at)) if at else path
            yield number, target, resolved.replace(os.sep, "/"), anchor


def check_titles(tree):
    """A page opens with its title, and has one."""
    for path in tree.with_suffix(".md"):
        lines = list(prose_lines(tree, path))
        titles = [number for number, line in lines if re.match(r"# \S", line)]
        if not titles or titles[0] != 1:
            yield Finding(path, 1, "markdown", "the first line must be the title, '# ...'")
        for number in titles[1:]:
            yield Finding(path, number, "markdown", "a second title: use '##'")


def check_links(tree):
    """A relative link leads to a file, a folder or a heading of this tree."""
    files = set(tree.files)
    folders = {"."} | {path[:at] for path in files for at in range(len(path)) if path[at] == "/"}
    for path in tree.with_suffix(".md"):
        for number, target, resolved, anchor in links(tree, path):
            if resolved.rstrip("/") not in files and resolved.rstrip("/") not in folders:
                yield Finding(path, number, "link", f"{target} leads nowhere")
            elif anchor and resolved.endswith(".md") and anchor not in anchors(tree, resolved):
                yield Finding(path, number, "link", f"{resolved} has no heading #{anchor}")


def check_orphans(tree):
    """Every page under docs/ can be reached by links from the pages at the top."""
    pages = set(tree.with_suffix(".md"))
    waiting = [page for page in ENTRANCES if page in pages]
    reached = set(waiting)
    while waiting:
        for _, _, resolved, _ in links(tree, waiting.pop()):
            if resolved in pages and resolved not in reached:
                reached.add(resolved)
                waiting.append(resolved)
    for page in sorted(pages - reached):
        if page.startswith("docs/"):
            yield Finding(page, 1, "orphan", "no page links here: add it to docs/README.md")


def check_decisions(tree):
    """Decisions are numbered NNNN-title.md, without gap or double."""
    seen = {}
    for path in tree.files:
        if not path.startswith("docs/decisions/") or path.endswith("README.md"):
            continue
        match = DECISION.fullmatch(path)
        if not match:
            yield Finding(path, 1, "decision", "a decision is named NNNN-title.md")
        elif int(match.group(1)) in seen:
            message = f"its number is taken by {seen[int(match.group(1))]}"
            yield Finding(path, 1, "decision", message)
        else:
            seen[int(match.group(1))] = path
    for number in range(1, max(seen, default=0)):
        if number not in seen:
            yield Finding("docs/decisions", 1, "decision", f"number {number:04} is missing")


RULES = [check_titles, check_links, check_orphans, check_decisions]
