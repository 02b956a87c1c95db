# SPDX-License-Identifier: Apache-2.0
"""trace_id and span_id on every record of the standard logging, for formatters and handlers:

    logging.basicConfig(format="%(levelname)s %(trace_id)s %(message)s")

Outside of a trace both are empty. A formatter that is also used while tracing is off needs
defaults={"trace_id": "", "span_id": ""}.

Threads: the factory runs on whichever thread logs.
"""

from __future__ import annotations

import functools
import logging
from typing import Any

from clew._native import current
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Puts a factory around the one that logging.setLogRecordFactory() has set."""
    session.patches.replace(module, "_logRecordFactory", _factory)


def _factory(original: Any) -> Any:
    @functools.wraps(original, updated=())
    def make_record(*args: Any, **keywords: Any) -> logging.LogRecord:
        record: logging.LogRecord = original(*args, **keywords)
        span = current()
        record.trace_id = "" if span is None else span.trace_id
        record.span_id = "" if span is None else span.span_id
        return record

    return make_record
