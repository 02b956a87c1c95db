# SPDX-License-Identifier: Apache-2.0
"""Log lines as annotations of the current span, of every logger and handler, from a level on.

Threads: the hook runs on whichever thread logs.
"""

from __future__ import annotations

import functools
import logging
from contextvars import ContextVar
from typing import Any

from clew import faults
from clew._native import current
from clew.session import Session

_is_formatting: ContextVar[bool] = ContextVar("clew.is_formatting", default=False)


def patch(session: Session, module: Any) -> None:
    """Hooks Logger.callHandlers: what passes a logger's level and filters gets there."""
    session.patches.replace(module.Logger, "callHandlers", functools.partial(_call, session))


def _call(session: Session, original: Any) -> Any:
    level = session.log_level

    @functools.wraps(original)
    def callHandlers(self, record):  # type: ignore[no-untyped-def]  # noqa: N802
        original(self, record)
        if session.tracer is not None and record.levelno >= level:
            span = current()
            if span is not None and span.is_sampled and record.name != faults.LOGGER.name:
                _annotate(span, record)

    return callHandlers


def _annotate(span: Any, record: logging.LogRecord) -> None:
    try:
        # A handler's formatter leaves the message here; formatting once more could have effects.
        text = vars(record).get("message")
        if text is None:
            if _is_formatting.get():
                return  # an argument logs while it is shown: its line would show it again
            text = _message_of(record)
        span.annotate(text, int(record.created * 1e6))
    except Exception:
        faults.report("a log line")


def _message_of(record: logging.LogRecord) -> object:
    """The message, or as it was before formatting when its arguments do not fit it."""
    token = _is_formatting.set(True)
    try:
        return record.getMessage()
    except Exception:  # the application's own, which its handlers have told already
        return record.msg
    finally:
        _is_formatting.reset(token)
