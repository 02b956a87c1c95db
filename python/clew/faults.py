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


def counts() -> dict[str, int]:
    """How often tracing failed in this process, by place; empty when all is well."""
    return dict(_counts)
