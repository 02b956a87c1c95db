# SPDX-License-Identifier: Apache-2.0
"""The tag error.stack: where an exception was raised, for those who ask. It costs the bytes of a
stack for each error, and a stack may show what a log would not.
"""

from __future__ import annotations

import os
import traceback

STACK_CHARACTERS_MAX = 8192  # of a stack; what is longer loses its outermost frames
ON = ("1", "yes", "true", "on")
OFF = ("", "0", "no", "false", "off")


def is_wanted(asked: bool | None) -> bool:
    """What enable() was asked, or else CLEW_ERROR_STACK; wrong values are errors."""
    if asked is not None:
        if not isinstance(asked, bool):
            raise TypeError(f"error_stack must be bool, not {asked!r}")
        return asked
    text = os.environ.get("CLEW_ERROR_STACK", "").lower()
    if text not in ON + OFF:
        raise ValueError(f"CLEW_ERROR_STACK must be on or off, not {text!r}")
    return text in ON


def stack_of(error: BaseException) -> str:
    """The stack as the interpreter prints it, the innermost frame last."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    text = "".join(lines).rstrip()
    if len(text) > STACK_CHARACTERS_MAX:
        cut = "[outer frames cut]\n"
        text = cut + text[len(cut) - STACK_CHARACTERS_MAX :]
    return text
