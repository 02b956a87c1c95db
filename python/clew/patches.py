# SPDX-License-Identifier: Apache-2.0
"""Replaced attributes of other people's classes and modules, and how they come back.

Threads: patch and restore while no other thread does; the replacements run anywhere.
"""

from __future__ import annotations

from typing import Any, Callable

# Makes the replacement out of what was there.
Wrap = Callable[[Any], Any]


class Patches:
    """A set of replaced attributes that is restored as one."""

    def __init__(self) -> None:
        self._replaced: list[tuple[Any, str, Any, Any]] = []

    def replace(self, owner: Any, name: str, wrap: Wrap) -> None:
        """Sets owner.name to wrap(what it was). AttributeError: owner itself has no such name."""
        try:
            original = vars(owner)[name]
        except KeyError:
            raise AttributeError(f"{owner!r} has no attribute {name!r} of its own") from None
        replacement = wrap(original)
        setattr(owner, name, replacement)
        self._replaced.append((owner, name, original, replacement))

    def replaced(self) -> list[str]:
        """What is replaced, as "http.client.HTTPConnection.close"; the first replaced first."""
        return [f"{_name_of(owner)}.{name}" for owner, name, _, _ in self._replaced]

    def restore(self) -> None:
        """Puts back what was there, the last replaced first.

        An attribute that somebody else has replaced meanwhile is left as it is: theirs calls ours,
        which passes everything on once its session is over.
        """
        while self._replaced:
            owner, name, original, replacement = self._replaced.pop()
            if vars(owner).get(name) is replacement:
                setattr(owner, name, original)


def _name_of(owner: Any) -> str:
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    return str(owner.__name__)
