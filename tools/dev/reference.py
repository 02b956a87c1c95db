# SPDX-License-Identifier: Apache-2.0
"""The generated parts of docs/reference: `./dev docs` writes them, tests check them.

The table of configuration.md comes out of the program itself, and the words of python.md out of the
installed package, so the pages cannot say what those do not do.
"""

import subprocess

from dev.shell import BUILD, ROOT, Failure

PAGE = ROOT / "docs/reference/configuration.md"
PYTHON_PAGE = ROOT / "docs/reference/python.md"
PYTHON_PROGRAM = ROOT / "tools/dev/python_reference.py"
BEGIN = "<!-- what follows is written by ./dev docs -->\n"
END = "<!-- written until here -->\n"


def generated(program):
    return printed([str(program), "serve", "--print-config-reference"])


def printed(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not done.stdout.strip():
        raise Failure(f"`{' '.join(command)}` printed no reference: {done.stderr.strip()}")
    return done.stdout.strip() + "\n"


def with_generated(page, table):
    """The page with everything between the two marks replaced."""
    if page.count(BEGIN) != 1 or page.count(END) != 1 or page.index(BEGIN) > page.index(END):
        raise Failure("a page must hold the two marks of its generated part, once each")
    head, tail = page[: page.index(BEGIN)], page[page.index(END) :]
    return f"{head}{BEGIN}\n{table}\n{tail}"


def is_current(program):
    page = PAGE.read_text()
    return with_generated(page, generated(program)) == page


def write(program=BUILD / "dev/bin/clew"):
    PAGE.write_text(with_generated(PAGE.read_text(), generated(program)))


def write_python(python):
    """Writes the Python page by an interpreter that has the package."""
    words = printed([str(python), str(PYTHON_PROGRAM)])
    PYTHON_PAGE.write_text(with_generated(PYTHON_PAGE.read_text(), words))
