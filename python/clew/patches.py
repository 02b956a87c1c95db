# SPDX-License-Identifier: Apache-2.0
"""Replaced attributes of other people's classes and modules, and how they come back.

Threads: patch and restore while no other thread does; the replacements run anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Callable, NamedTuple

# Makes the replacement out of what was there.
Wrap = Callable[[Any], Any]
_INHERITED = object()  # stands for the original where an owner has none of its own
LAYERS_MAX = 100  # of wrappers around one function that are looked through


class Replaced(NamedTuple):
    """One attribute that was replaced."""

    owner: Any
    name: str
    hook: tuple[str, str]  # module and name of what made the replacement
    original: Any
    replacement: Any


class Patches:
    """A set of replaced attributes that is restored as one."""

    def __init__(self) -> None:
        self._replaced: list[Replaced] = []
        self._copies: dict[tuple[str, str], list[type]] = {}

    def find_copies(self, packages: Iterable[str]) -> None:
        """Lets replace() change, with a class of these packages, the copies of it that are alive: a
        module that was loaded twice has left two, and others may be derived from either.
        """
        self._copies = copies_of_classes(frozenset(packages))

    def forget_copies(self) -> None:
        """Lets replace() change only what it is given."""
        self._copies = {}

    def replace(self, owner: Any, name: str, wrap: Wrap) -> None:
        """Sets owner.name to wrap(what it was). Does nothing where that has been done already: a
        module that runs once more may show the same class again.

        AttributeError: owner itself has no such name.
        """
        if name not in vars(owner):
            raise AttributeError(f"{owner!r} has no attribute {name!r} of its own")
        self._replace(owner, name, wrap)
        if self._copies and isinstance(owner, type):
            for copy in self._copies.get((owner.__module__, owner.__qualname__), ()):
                if copy is not owner and name in vars(copy):
                    self._replace(copy, name, wrap)

    def add(self, owner: Any, name: str, wrap: Wrap) -> None:
        """Sets owner.name to wrap(what owner inherits); restoring takes it away again."""
        if name in vars(owner):
            self.replace(owner, name, wrap)
            return
        replacement = wrap(getattr(owner, name))
        setattr(owner, name, replacement)
        self._replaced.append(Replaced(owner, name, _hook_of(wrap), _INHERITED, replacement))

    def replaced(self) -> list[str]:
        """What is replaced, as "http.client.HTTPConnection.close"; the first replaced first. Copies
        of a class have one name."""
        return list(dict.fromkeys(f"{_name_of(one.owner)}.{one.name}" for one in self._replaced))

    def restore(self) -> None:
        """Puts back what was there, the last replaced first.

        An attribute that somebody else has replaced meanwhile is left as it is: theirs calls ours,
        which passes everything on once its session is over.
        """
        while self._replaced:
            one = self._replaced.pop()
            if vars(one.owner).get(one.name) is not one.replacement:
                continue
            if one.original is _INHERITED:
                delattr(one.owner, one.name)
            else:
                setattr(one.owner, one.name, one.original)

    def _replace(self, owner: Any, name: str, wrap: Wrap) -> None:
        original = vars(owner)[name]
        hook = _hook_of(wrap)
        ours = [one.replacement for one in self._of(owner, name) if one.hook == hook]
        if any(layer is one for one in ours for layer in layers(original)):
            return
        replacement = wrap(original)
        setattr(owner, name, replacement)
        self._replaced.append(Replaced(owner, name, hook, original, replacement))

    def _of(self, owner: Any, name: str) -> Iterator[Replaced]:
        return (one for one in self._replaced if one.owner is owner and one.name == name)


def layers(function: Any) -> Iterator[Any]:
    """A function and what it wraps, as functools.wraps() records it; the outermost first."""
    for _ in range(LAYERS_MAX):
        yield function
        function = getattr(function, "__wrapped__", None)
        if function is None:
            return


def copies_of_classes(packages: frozenset[str]) -> dict[tuple[str, str], list[type]]:
    """The living classes of some packages that share module and name: {(module, name): [class]}."""
    found: dict[tuple[str, str], list[type]] = {}
    seen: dict[int, type] = {}  # by identity: a metaclass may say what it likes about equality
    waiting: list[type] = [object]
    while waiting:
        for one in type.__subclasses__(waiting.pop()):
            if id(one) not in seen:
                seen[id(one)] = one
                waiting.append(one)
                module = vars(one).get("__module__")
                if isinstance(module, str) and module.partition(".")[0] in packages:
                    found.setdefault((module, one.__qualname__), []).append(one)
    return {key: classes for key, classes in found.items() if len(classes) > 1}


def defining(owner: type, name: str) -> type:
    """The class that an attribute of a class comes from; the class itself where there is none."""
    return next((base for base in owner.__mro__ if name in vars(base)), owner)


def _hook_of(wrap: Wrap) -> tuple[str, str]:
    function = getattr(wrap, "func", wrap)  # of a functools.partial
    return function.__module__, function.__qualname__


def _name_of(owner: Any) -> str:
    if isinstance(owner, type):
        return f"{owner.__module__}.{owner.__qualname__}"
    return str(owner.__name__)
