# SPDX-License-Identifier: Apache-2.0
"""The generated part of docs/reference/configuration.md: `./dev docs` writes it, a test checks it.

The table comes out of the program itself, so the page cannot say what the program does not do.
"""

import subprocess

from dev.shell import BUILD, ROOT, Failure

PAGE = ROOT / "docs/reference/configuration.md"
BEGIN = "<!-- what follows is written by ./dev docs -->\n"
END = "<!-- written until here -->\n"


def generated(program):
    command = [str(program), "serve", "--print-config-reference"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise Failure(f"`{' '.join(command)}` printed no reference: {done.stderr.strip()}")
    return done.stdout.strip() + "\n"


def with_generated(page, table):
    """The page with everything between the two marks replaced."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise Failure(f"{PAGE.name} must hold the two marks of its generated part, once each")
    head, tail = page[: page.index(BEGIN)], page[page.index(END) :]
    return f"{head}{BEGIN}\n{table}\n{tail}"


def is_current(program):
    page = PAGE.read_text()
    return with_generated(page, generated(program)) == page


def write(program=BUILD / "dev/bin/clew"):
    PAGE.write_text(with_generated(PAGE.read_text(), generated(program)))
