# SPDX-License-Identifier: Apache-2.0
"""What answers to the name eventlet.zipkin, for programs that were written for it.

eventlet still ships a package of that name, which cannot be imported on Python 3. After install(),
and in programs that `clew-run` starts, `from eventlet.zipkin import patcher, api` gives the modules
of those names from clew.eventlet instead: same calls, same defaults.

Threads: install and remove from the main thread, before others import.
"""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAME = "eventlet.zipkin"


def install() -> None:
    """From now on eventlet.zipkin is this. Does nothing the second time."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        _forget()
        sys.meta_path.insert(0, _Finder())


def remove() -> None:
    """From now on eventlet.zipkin is eventlet's own again, for who imports it anew."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    if isinstance(getattr(sys.modules.get(NAME), "__loader__", None), _Loader):
        _forget()


def spec() -> ModuleSpec:
    """How the import system makes the module eventlet.zipkin out of this."""
    return ModuleSpec(NAME, _Loader(), is_package=True)


class _Finder:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return spec() if name == NAME else None


class _Loader:
    def create_module(self, spec: ModuleSpec) -> None:
        return None  # the usual one

    def exec_module(self, module: ModuleType) -> None:
        from clew.eventlet import api, patcher

        module.__doc__ = __doc__
        for name, stand_in in (("api", api), ("patcher", patcher)):
            setattr(module, name, stand_in)
            sys.modules[f"{NAME}.{name}"] = stand_in


def _forget() -> None:
    """Has the next import of eventlet.zipkin begin anew."""
    for name in list(sys.modules):
        if name == NAME or name.startswith(NAME + "."):
            del sys.modules[name]
    eventlet = sys.modules.get("eventlet")
    if hasattr(eventlet, "zipkin"):
        del eventlet.zipkin
