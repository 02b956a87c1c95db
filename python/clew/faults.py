# SPDX-License-Identifier: Apache-2.0
"""What goes wrong inside the tracing hooks: counted, told once, never let out.

A hook runs inside a request of the application, which must not fail because it is traced.

Threads: all at once.
"""

from __future__ import annotations

import logging
from collections import Counter

LOGGER = logging.getLogger("clew")

_counts: Counter[str] = Counter()


def report(place: str, error: BaseException | None = None) -> None:
    """Counts an exception, by default the one that is being handled.

    The first of each place goes to the log.
    """
    _counts[place] += 1
    if _counts[place] == 1:
        LOGGER.error(
            "tracing failed at %s; the program goes on untraced",
            place,
            exc_info=True if error is None else error,
        )


def malformed_headers(count: int) -> None:
    """Says that requests came with headers that break their format: so many, until now.

    The tracer calls it once a minute at most, on the thread of such a request.
    """
    LOGGER.warning(
        "trace headers that break their format were ignored, on %d requests so far; "
        "see headers_malformed in Tracer.stats()",
        count,
    )


def counts() -> dict[str, int]:
    """How often tracing failed in this process, by place; empty when all is well."""
    return dict(_counts)
