# SPDX-License-Identifier: Apache-2.0
"""The current span follows what a greenthread starts: spawn, spawn_n, spawn_after, GreenPool,
GreenPile, tpool, green threading.Thread.

A new greenlet begins with an empty context. These hooks put the current span, and nothing else of
its parent's context, into it; each child has a context of its own.

Threads: the hooks run on whichever thread spawns.
"""

from __future__ import annotations

import functools
import warnings
from contextvars import Context, ContextVar
from typing import Any

from clew import faults
from clew._native import current, current_span
from clew.session import Session
from clew.threads import run_within

# What else of ours is passed on beside the current span, where it has a value.
PASSED_ON: list[ContextVar[Any]] = []


def patch(session: Session, greenthread: Any) -> None:
    """Hooks eventlet's three ways to start work, of eventlet.greenthread and of eventlet.tpool, and
    the start of tpool's threads.

    Two of them are private names, unchanged since 2015: where one is missing, its greenthreads
    start without a span, and a RuntimeWarning says so.
    """
    from eventlet import tpool

    for owner, name, hook in (
        (greenthread.GreenThread, "__init__", _green_thread),
        (greenthread, "_spawn_n", _spawn_n),
        (tpool, "execute", _execute),
        (tpool, "setup", _setup),
    ):
        try:
            session.patches.replace(owner, name, functools.partial(hook, session))
        except AttributeError as error:
            warnings.warn(f"traces do not follow: {error}", RuntimeWarning, stacklevel=2)


def _pass_on(session: Session, green: Any) -> None:
    """Gives a greenlet that has not run yet the current span."""
    span = current()
    if span is None or session.tracer is None:
        return
    try:
        context = green.gr_context
        if context is None:
            context = green.gr_context = Context()
        context.run(current_span.set, span)
        for variable in PASSED_ON:
            value = variable.get(None)
            if value is not None:
                context.run(variable.set, value)
    except Exception:
        faults.report("the start of a greenthread")


def _green_thread(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def __init__(self, *args, **keywords):  # type: ignore[no-untyped-def]  # noqa: N807
        original(self, *args, **keywords)
        _pass_on(session, self)

    return __init__


def _spawn_n(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def _spawn_n(*args, **keywords):  # type: ignore[no-untyped-def]
        result = original(*args, **keywords)
        _pass_on(session, result[1])
        return result

    return _spawn_n


def _execute(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def execute(meth, *args, **keywords):  # type: ignore[no-untyped-def]
        span = current()
        if span is None or session.tracer is None:
            return original(meth, *args, **keywords)
        return original(run_within, span, meth, *args, **keywords)

    return execute


def _setup(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def setup():  # type: ignore[no-untyped-def]
        # The threads outlive the request that happens to be the first to need them.
        if current() is None or session.tracer is None:
            return original()
        return run_within(None, original)

    return setup
