# SPDX-License-Identifier: Apache-2.0
"""trace_id and span_id on every record of the standard logging, for formatters and handlers:

    logging.basicConfig(format="%(levelname)s %(trace_id)s %(message)s")

Outside of a trace both are empty. A formatter that is also used while tracing is off needs
defaults={"trace_id": "", "span_id": ""}.

What an application says itself, extra={"trace_id": ...}, stays.

Threads: the hook runs on whichever thread logs.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import faults
from clew._native import current
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Hooks Logger.handle: what a factory had set could not be said by `extra` any more."""
    session.patches.replace(module.Logger, "handle", _log)


def _log(original: Any) -> Any:
    @functools.wraps(original)
    def log(self, record):  # type: ignore[no-untyped-def]
        try:
            span = current()
            fields = vars(record)
            fields.setdefault("trace_id", "" if span is None else span.trace_id)
            fields.setdefault("span_id", "" if span is None else span.span_id)
        except Exception:
            faults.report("the ids of a log record")
        return original(self, record)

    return log
