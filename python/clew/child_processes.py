# SPDX-License-Identifier: Apache-2.0
"""What a child of multiprocessing finished is sent before it ends: it leaves by os._exit(), where
no function of atexit runs, but multiprocessing's own is called.

Threads: the hook runs on a child's main thread, at its end.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import session as sessions
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Hooks multiprocessing.util, for the children that are forked and those that enable()."""
    session.patches.replace(module, "_exit_function", functools.partial(_exit, session))


def _exit(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def _exit_function(*args, **keywords):  # type: ignore[no-untyped-def]
        try:
            return original(*args, **keywords)
        finally:
            if session.tracer is not None:
                sessions.flush_at_exit()

    return _exit_function
