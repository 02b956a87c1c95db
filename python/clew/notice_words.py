# SPDX-License-Identifier: Apache-2.0
"""What a person reads about spans that do not arrive: the reason as the sender has it, what it
probably means, and what to do. docs/guides/python_trouble.md has the lines.

Threads: pure functions.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clew._native import Stats

REASON_CHARACTERS_MAX = 200
SCRIBE_PORT = 9410  # by custom
SET_IT = "CLEW_ENDPOINT, or the argument endpoint, says where to send"

# Of each reason in Tracer.stats()["dropped"], what happened and what helps.
LOST = {
    "ring_full": "finished faster than they were taken up (a larger CLEW_RING_BYTES helps)",
    "queue_full": "did not fit into the queue while the collector was slow or away "
    "(CLEW_QUEUE_BYTES_MAX)",
    "too_large": "were too large for one message",
    "refused": "were refused by the collector",
    "unanswered": "were sent and got no valid answer",
    "at_close": "finished too late, or were not sent in time, when tracing ended",
    "threads": "finished on more threads at once than there are buffers for",
    "no_memory": "found no memory",
    "in_signal": "were begun or ended by a signal handler in the middle of tracing",
    "open_spans": "were more than may be open at once",
}


def away_reason(stats: Stats) -> str:
    return _one_line(stats["last_error"]) or "no answer"


def lost_words(endpoint: str, stats: Stats, unsent: int) -> str:
    """How many spans were lost so far for which reason, then what the sender said last."""
    parts = [f"{n} {LOST.get(reason, reason)}" for reason, n in stats["dropped"].items() if n]
    if unsent:
        parts.append(f"{unsent} had not been taken when tracing ended")
    reason = _one_line(stats["last_error"])
    words = "; ".join(parts)
    if not reason:
        return words if not unsent else f"{words}: no answer so far. {advice(endpoint, '')}"
    return f"{words}. The last failure: {reason}. {advice(endpoint, stats['last_error'])}"


def advice(endpoint: str, reason: str) -> str:
    """What to look at, by where spans go and what came of it."""
    parts = urllib.parse.urlsplit(endpoint)
    host = parts.netloc.rpartition(":")[0]
    http = f"http://{host}:9411/api/v2/spans"
    status = re.search(r" answered (\d{3})\b", reason)
    if status:
        return _of_status(int(status.group(1)))
    if "resolving " in reason:
        return f"Is the host's name right? {SET_IT}"
    if parts.scheme == "scribe":
        return f"Does scribe listen there? Zipkin's HTTP would be {http}; {SET_IT}"
    if parts.port == SCRIBE_PORT:
        return f"Port {SCRIBE_PORT} is scribe's by custom: scribe://{host}:{SCRIBE_PORT}; {SET_IT}"
    return f"Does a collector run there? {SET_IT}"


def _of_status(status: int) -> str:
    if status in (404, 405) or 300 <= status < 400:
        return f"Is the path right? Zipkin takes spans at /api/v2/spans; {SET_IT}"
    if status in (401, 403, 407):
        return "The collector, or a proxy before it, wants credentials, which clew does not send"
    if status == 413:
        return "The collector, or a proxy before it, takes smaller messages only"
    if status in (400, 415):
        return f"Is it a Zipkin collector, and the path /api/v2/spans? {SET_IT}"
    return "The collector's own log may say more"


def _one_line(text: str) -> str:
    """Without what would break a log: line ends, control characters, too much of it."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(words) > REASON_CHARACTERS_MAX:
        words = words[:REASON_CHARACTERS_MAX] + "..."
    return words.rstrip(".")
