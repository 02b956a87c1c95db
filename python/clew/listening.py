# SPDX-License-Identifier: Apache-2.0
"""What a program that clew-run started is told at its end: it has listened, and not one request was
traced. Silence there would look like a trace without spans.

A process that listens shares one byte with what it forks from then on: it is set by the first
request that any of them traces, or by a server whose application is wrapped (clew/hosts.py). It is
not told either when the process had other children, which may have served.

Threads: any; the end is on the main thread.
"""

from __future__ import annotations

import atexit
import functools
import mmap
import os
import resource
import socket
import sys
from types import ModuleType
from typing import Any

from clew import faults
from clew._native import watch_served
from clew.session import Session

FAMILIES = (socket.AF_INET, socket.AF_INET6)

_served: mmap.mmap | None = None
_is_covered = False
_used_before: resource.struct_rusage | None = None  # what _children_used() said at the start
_listener = 0  # the process that is told
_address = ""


def patch(session: Session, module: ModuleType) -> None:
    """Hooks socket.socket.listen, which is its base's.

    eventlet's own class has none: it calls that of the socket inside of it, which is hooked.
    """
    if hasattr(module.socket, "listen"):
        session.patches.add(module.socket, "listen", _listen)


def _listen(original: Any) -> Any:
    @functools.wraps(original)
    def listen(self, *args):  # type: ignore[no-untyped-def]
        original(self, *args)
        try:
            if _served is None and self.family in FAMILIES:
                _watch(self.getsockname())
        except Exception:
            faults.report("the hook of a socket that listens")

    return listen


def _watch(address: Any) -> None:
    global _served, _listener, _address, _used_before
    host, port = address[:2]
    _address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    _listener = os.getpid()
    _used_before = _children_used()
    _served = mmap.mmap(-1, 1)
    _served[0] = _is_covered
    watch_served(_served)
    atexit.register(tell)


def cover() -> None:
    """Says that requests will be traced, if there are any."""
    global _is_covered
    _is_covered = True
    if _served is not None:
        _served[0] = 1


def tell() -> None:
    """At the end of the program: one line, if it is due."""
    if (
        _served is None
        or _served[0]
        or os.getpid() != _listener
        or _children_used() != _used_before
    ):
        return
    name = os.path.basename(sys.argv[0] if sys.argv else "") or "this program"
    line = (
        f"clew: {name} listened on {_address}, and no request was traced; if it served any, "
        "wrap its application: clew.wsgi(application) or clew.asgi(application)\n"
    )
    try:
        sys.stderr.write(line)
    except Exception:  # a daemon may have closed it
        return


def _children_used() -> resource.struct_rusage:
    """What ended children have used; clew-run had some before it became the program."""
    return resource.getrusage(resource.RUSAGE_CHILDREN)
