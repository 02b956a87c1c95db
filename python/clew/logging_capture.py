# SPDX-License-Identifier: Apache-2.0
"""Log lines as annotations of the current span, of every logger, level and handler.

Threads: the hook runs on whichever thread logs.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from clew import faults
from clew._native import current
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Hooks Logger.callHandlers: what passes a logger's level and filters gets there."""
    session.patches.replace(module.Logger, "callHandlers", functools.partial(_call, session))


def _call(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def callHandlers(self, record):  # type: ignore[no-untyped-def]  # noqa: N802
        original(self, record)
        if session.tracer is not None and record.name != faults.LOGGER.name:
            span = current()
            if span is not None and span.is_sampled:
                _annotate(span, record)

    return callHandlers


def _annotate(span: Any, record: logging.LogRecord) -> None:
    try:
        # A handler's formatter leaves the message here; formatting once more could have effects.
        text = vars(record).get("message")
        span.annotate(_message_of(record) if text is None else text, int(record.created * 1e6))
    except Exception:
        faults.report("a log line")


def _message_of(record: logging.LogRecord) -> object:
    """The message, or as it was before formatting when its arguments do not fit it."""
    try:
        return record.getMessage()
    except Exception:  # the application's own, which its handlers have told already
        return record.msg
