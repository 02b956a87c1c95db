# SPDX-License-Identifier: Apache-2.0
"""The words that refuse a wrong argument: its name, what it must be, and what came.

Threads: pure functions.
"""

from __future__ import annotations

from collections.abc import Iterable

FLUSH_SECONDS_MAX = 3600


def check(value: object, name: str, kind: type) -> None:
    """TypeError when an argument is not of its type."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {kind.__name__}, not {value!r}")


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of some names that somebody who wrote another one may have meant."""
    import difflib  # noqa: PLC0415  only where something is wrong

    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.7)
    return found[0] if found else None


def refuse_unknown(function: str, name: str, names: Iterable[str]) -> None:
    """TypeError: a function has no argument of this name."""
    meant = nearest(name, names)
    hint = "" if meant is None else f"; did you mean {meant}?"
    raise TypeError(f"{function}() has no argument {name!r}{hint}")


def check_seconds(timeout: object) -> None:
    """TypeError, ValueError: not a number of seconds that one may wait."""
    if isinstance(timeout, (str, bytes)) or not hasattr(type(timeout), "__float__"):
        raise TypeError(f"timeout must be a number of seconds, not {timeout!r}")
    try:
        seconds = float(timeout)  # type: ignore[arg-type]
    except OverflowError:
        seconds = -1.0
    if not 0 <= seconds <= FLUSH_SECONDS_MAX:
        raise ValueError(f"timeout must be 0 to {FLUSH_SECONDS_MAX} seconds, not {timeout!r}")


def texts(values: object, name: str, of_what: str) -> tuple[str, ...]:
    """The values of a sequence of str. TypeError: anything else, a single str too."""
    wanted = f"{name} must be a sequence of {of_what}, not {values!r}"
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(wanted)
    found = tuple(values)
    for value in found:
        if not isinstance(value, str):
            raise TypeError(f"{name} must hold {of_what}, each a str, not {value!r}")
    return found
