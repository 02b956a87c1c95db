# SPDX-License-Identifier: Apache-2.0
"""docs/reference/python.md says what the installed package says of itself. Method: the page is made
once more and compared, and every public name is looked for.
"""

import sys

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
            title = f"## {name}\n" if name[0].isupper() else f"`clew.{name}("
            assert title in words, name


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
