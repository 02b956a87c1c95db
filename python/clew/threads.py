# SPDX-License-Identifier: Apache-2.0
"""The current span follows what a thread starts: threading.Thread, ThreadPoolExecutor (so that
run_in_executor() does, too) and multiprocessing.pool.ThreadPool.

A new thread begins with an empty context. These hooks put the current span, and nothing else of its
parent's context, into it; a pool's thread has the span of the piece of work that it does, and none
between. asyncio needs no hook: its tasks begin with a copy of their parent's context.

Threads: the hooks run on whichever thread starts another one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from clew import faults
from clew._native import Span, current, current_span
from clew.patches import defining
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Hooks threading, concurrent.futures.thread or multiprocessing.pool."""
    replace = session.patches.replace
    if module.__name__ == "threading":
        # gevent's stands in for the standard one, and inherits this.
        thread = defining(module.Thread, "start")
        replace(thread, "start", functools.partial(_start, session))
    elif module.__name__ == "concurrent.futures.thread":
        replace(module.ThreadPoolExecutor, "submit", functools.partial(_submit, session))
    else:
        replace(module.ThreadPool, "__init__", functools.partial(_without_span, session))
        for name in ("apply_async", "_map_async", "imap", "imap_unordered"):
            replace(module.Pool, name, functools.partial(_give, session, module.ThreadPool))


def run_within(
    span: Span | None, function: Callable[..., Any], /, *args: Any, **keywords: Any
) -> Any:
    """Calls a function with a span as the current one."""
    token = current_span.set(span)
    try:
        return function(*args, **keywords)
    finally:
        current_span.reset(token)


def _start(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def start(self):  # type: ignore[no-untyped-def]
        span = current()
        if span is None or session.tracer is None:
            return original(self)
        own = vars(self).get("run")
        try:
            # Not the class's: classes derived from it have a run() of their own.
            self.run = functools.partial(_run_thread, self, own, span, self.run)
        except Exception:
            faults.report("the start of a thread")
        try:
            return original(self)
        except BaseException:
            _put_back(self, own)
            raise

    return start


def _run_thread(thread: Any, own: Any, span: Span, run: Callable[[], None]) -> None:
    _put_back(thread, own)  # else the thread would refer to itself
    run_within(span, run)


def _put_back(thread: Any, own: Any) -> None:
    if own is None:
        vars(thread).pop("run", None)
    else:
        thread.run = own


def _submit(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def submit(self, fn, /, *args, **keywords):  # type: ignore[no-untyped-def]
        span = current()
        if span is None or session.tracer is None:
            return original(self, fn, *args, **keywords)
        # The pool may start a thread now, which shall not keep this piece of work's span.
        return run_within(None, original, self, run_within, span, fn, *args, **keywords)

    return submit


def _without_span(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def __init__(self, *args, **keywords):  # type: ignore[no-untyped-def]  # noqa: N807
        if current() is None or session.tracer is None:
            original(self, *args, **keywords)
        else:
            run_within(None, original, self, *args, **keywords)

    return __init__


def _give(session: Session, thread_pool: type, original: Any) -> Any:
    @functools.wraps(original)
    def give(self, func, *args, **keywords):  # type: ignore[no-untyped-def]
        span = current()
        if span is not None and session.tracer is not None and isinstance(self, thread_pool):
            func = functools.partial(run_within, span, func)
        return original(self, func, *args, **keywords)

    return give
