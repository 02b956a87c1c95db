# SPDX-License-Identifier: Apache-2.0
"""What goes wrong inside the tracing hooks: counted, told once, never let out.

A hook runs inside a request of the application, which must not fail because it is traced.

Threads: all at once.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter
from types import FrameType

LOGGER = logging.getLogger("clew")
TOLD_MAX = 64  # lines of the application that are told apart
# What a failure costs, where that is not a span.
LOST = {
    "clew.span()": "this span records nothing",
    "clew.inject()": "the trace ends here",
    "clew.extract()": "a new trace begins here",
    "the sampler": "the trace that it was asked about is not recorded",
    "the ids of a log record": "the record has no trace_id and span_id",
    "a log line": "it does not become an annotation",
    "a notice for the log": "the line is missing",
    "the start of a thread": "what it does belongs to no trace",
    "the start of a greenthread": "what it does belongs to no trace",
}
_PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep

_counts: Counter[str] = Counter()
_told: set[tuple[str, str]] = set()


def report(place: str, error: BaseException | None = None, lost: str | None = None) -> None:
    """Counts an exception, by default the one that is being handled.

    The first of each place goes to the log, with what is lost by it; of a call of the API, like
    clew.span(), the first of each line that makes it.
    """
    _counts[place] += 1
    site = _call_site() if place.endswith("()") else ""
    if (place, site) in _told or (_counts[place] > 1 and len(_told) >= TOLD_MAX):
        return
    _told.add((place, site))
    LOGGER.error(
        "tracing failed at %s%s: %s; the program and all other tracing go on",
        place,
        site,
        lost or LOST.get(place, "a span is missing or incomplete"),
        exc_info=True if error is None else error,
    )


def counts() -> dict[str, int]:
    """How often tracing failed in this process, by place; empty when all is well."""
    return dict(_counts)


def _call_site() -> str:
    """Where the application called clew: ", called at app.py:12"."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
    return "" if frame is None else f", called at {frame.f_code.co_filename}:{frame.f_lineno}"
