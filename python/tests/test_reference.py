# SPDX-License-Identifier: Apache-2.0
"""docs/reference/python.md says what the installed package says of itself. Method: the page is made
once more and compared, and every public name is looked for.
"""

import re
import subprocess
import sys
import types

from services import TESTS

import clew

ROOT = TESTS.parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from dev import python_reference, reference  # noqa: E402


def test_the_page_is_what_the_package_says():
    page = reference.PYTHON_PAGE.read_text()
    assert page == reference.with_generated(page, python_reference.generated()), "run ./dev docs"


def test_every_public_call_is_on_the_page():
    words = python_reference.generated()
    for name in clew.__all__:
        if not name.startswith("_"):
            call = "." if isinstance(getattr(clew, name), types.ModuleType) else "("
            title = f"## {name}\n" if name[0].isupper() else f"`clew.{name}{call}"
            assert title in words, name


def test_import_clew_is_enough_for_every_call_of_the_page():
    calls = re.findall(r"^### `(clew\.[\w.]+)\(", reference.PYTHON_PAGE.read_text(), re.MULTILINE)
    lines = [call for call in calls if not call.startswith("clew.eventlet.")]
    assert "clew.baggage.put" in lines
    program = "\n".join(["import clew", *lines])
    subprocess.run([sys.executable, "-c", program], cwd="/", check=True, timeout=60)


def test_a_docstring_becomes_paragraphs_tables_and_code():
    text = """Does it.

        first   one | two
        second  of it
                and more

            code()

        End, *all* of it::

            more()
    """
    assert python_reference.prose(text) == (
        "Does it.\n\n| | |\n|---|---|\n| `first` | one \\| two |\n| `second` | of it and more |\n\n"
        "```python\ncode()\n```\n\nEnd, \\*all\\* of it::\n\n```python\nmore()\n```"
    )
