# SPDX-License-Identifier: Apache-2.0
"""Being told when a module has been imported, so that what is traced may come later than tracing.

A finder stands first in sys.meta_path; it finds nothing by itself, but lets the finders behind it
find the module and calls back once the module has run. It stays there, because a module may run
more than once: importlib.reload(), and the private copies of eventlet.import_patched() and
eventlet.patcher.original(), make classes anew. Needs nothing else of this package.

Threads: the callback runs on the thread that imports, which holds the module's import lock.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

# Where eventlet keeps its copies of modules, in sys.modules.
COPY_PREFIXES = ("__patched_module_", "__original_module_")


class Watch:
    """Calls `imported(name, module)` for each of some modules, and each copy of one: now for those
    that are there, and whenever one has run.
    """

    def __init__(self, names: Iterable[str], imported: Callable[[str, ModuleType], None]) -> None:
        self._names = frozenset(names)
        self._imported = imported

    def start(self) -> None:
        """Begins to watch. What `imported` raises comes through, here or to who imports."""
        there = [(name, module) for name in self._names for module in versions_of(name)]
        if self._names:
            sys.meta_path.insert(0, self)
        for name, module in there:
            self._imported(name, module)

    def stop(self) -> None:
        """Ends the watch; a module that is being imported just now is not told any more."""
        self._names = frozenset()
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """What the import system asks; see importlib.abc.MetaPathFinder."""
        if name not in self._names:
            return None
        for finder in list(sys.meta_path):
            if finder is self:
                continue
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(name, path, target) if find is not None else None
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Loader(spec.loader, self)
                return spec
        return None

    def executed(self, module: ModuleType) -> None:
        """Says that a module has run; of its loader."""
        if module.__name__ in self._names:
            self._imported(module.__name__, module)


class _Loader:
    """A module's own loader, which the module gets back before it runs."""

    def __init__(self, loader: Any, watch: Watch) -> None:
        self._loader = loader
        self._watch = watch

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._watch.executed(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


def is_imported(name: str) -> bool:
    """Whether a module is there and has run to its end."""
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)  # a test's stand-in may have none
    return module is not None and not getattr(spec, "_initializing", False)


def versions_of(name: str) -> list[ModuleType]:
    """The module of that name and eventlet's copies of it, those that have run to their end."""
    names = (name, *(prefix + name for prefix in COPY_PREFIXES))
    return [sys.modules[one] for one in names if is_imported(one)]


@functools.cache
def standard_library() -> frozenset[str]:
    """The names of the standard library's top-level modules."""
    if sys.version_info >= (3, 10):
        return sys.stdlib_module_names
    import sysconfig  # CPython 3.9 keeps no list
    from pathlib import Path

    folder = Path(sysconfig.get_path("stdlib"))
    files = [*folder.iterdir(), *folder.glob("lib-dynload/*")]
    return frozenset(sys.builtin_module_names) | {file.name.partition(".")[0] for file in files}
