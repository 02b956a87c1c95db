# SPDX-License-Identifier: Apache-2.0
"""What the log is told about sending: that the collector cannot be reached, that it can again, how
many spans were lost and why. Everything that Tracer.stats() counts as trouble has its words here.

The thread that sends takes no lock of Python's. It changes a number that the extension compares
whenever a span starts; where the number differs, tell() looks at the counts. So a line comes from
the thread that starts the next span, flushes, or ends tracing.

At most one line about trouble in TOLD_SECONDS, and the line that it is over; what is lost between
is in the next one. One process tells for itself: a forked child begins anew.

Threads: all at once; while one tells, others pass.
"""

from __future__ import annotations

import os
import time
from _thread import LockType, allocate_lock
from typing import TYPE_CHECKING

from clew import faults
from clew.notice_words import advice, away_reason, lost_words

if TYPE_CHECKING:
    from clew._native import Stats, Tracer

TOLD_SECONDS = 60  # at least, between two lines about trouble

# By process: a forked child may inherit one that is held. Not one of threading's, which may have
# been made green, and then wait.
_locks: dict[int, LockType] = {}
# When trouble was last told, by time.monotonic(): whatever the tracer, and by a parent too, so that
# a pool of forked children does not say at once what it has just said.
_told_at = float("-inf")


class Told:
    """What is known of one tracer's sending in one process, and what of it was told."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lost = 0  # spans that were told
        self.is_away = False
        self.away_since = 0.0
        self.away_lost = 0  # when it went away
        self.away_told = False
        self.once: set[str] = set()


def tell(tracer: Tracer) -> None:
    """Tells what is new, if it is time to; called by the extension."""
    _guarded(tracer, is_end=False)


def tell_end(tracer: Tracer) -> None:
    """The same where tracing ends: what has not been sent until now is lost."""
    _guarded(tracer, is_end=True)


def tell_malformed(tracer: Tracer) -> None:
    """Says that requests came with headers that break their format: so many, until now.

    The extension calls it once a minute at most, on the thread of such a request.
    """
    faults.LOGGER.warning(
        "trace headers that break their format were ignored, on %d requests so far; "
        "see headers_malformed in Tracer.stats()",
        tracer.stats()["headers_malformed"],
    )


def _guarded(tracer: Tracer, is_end: bool) -> None:
    lock = _locks.setdefault(os.getpid(), allocate_lock())
    if lock.acquire(False):  # else somebody tells already, or this is a handler of what is told
        try:
            _look(tracer, is_end)
        finally:
            lock.release()


def _look(tracer: Tracer, is_end: bool) -> None:
    stats = tracer.stats()
    told = tracer._told
    if told is None or told.pid != os.getpid():
        told = tracer._told = Told()
    _tell_once(told, stats)
    _note_reachability(told, stats)
    if told.is_away:
        if not told.away_told and not is_end:
            _tell_away(told, tracer, stats)
    elif told.away_told:
        _tell_back(told, tracer, stats)
    if is_end:
        _tell_lost(told, tracer, stats, unsent=_on_their_way(stats))
    elif not stats["failures_in_row"]:  # else the next attempts say more
        _tell_lost(told, tracer, stats, unsent=0)


def _note_reachability(told: Told, stats: Stats) -> None:
    """Whether the collector is away: it never took anything, or failed many times in a row."""
    was_away = told.is_away
    is_left_alone = stats["messages_sent"] == 0 or stats["breaker"] != "closed"
    told.is_away = stats["failures_in_row"] > 0 and (was_away or is_left_alone)
    if told.is_away and not was_away:
        told.away_since = time.monotonic()
        told.away_lost = told.lost


def _may_tell() -> bool:
    global _told_at
    now = time.monotonic()
    if now - _told_at < TOLD_SECONDS:
        return False
    _told_at = now
    return True


def _tell_away(told: Told, tracer: Tracer, stats: Stats) -> None:
    if _may_tell():
        told.away_told = True
        faults.LOGGER.warning(
            "clew cannot send spans to %s: %s. %s",
            tracer.endpoint,
            away_reason(stats),
            advice(tracer.endpoint, stats["last_error"]),
        )


def _tell_back(told: Told, tracer: Tracer, stats: Stats) -> None:
    lost = _dropped(stats)
    since = lost - told.away_lost
    told.away_told, told.lost = False, lost
    faults.LOGGER.warning(
        "clew sends spans to %s again, after %d s; %s",
        tracer.endpoint,
        round(time.monotonic() - told.away_since),
        f"{since} spans were lost meanwhile" if since else "no span was lost",
    )


def _tell_lost(told: Told, tracer: Tracer, stats: Stats, unsent: int) -> None:
    lost = _dropped(stats) + unsent
    # Of a collector that is known to be away no more is to be said so soon.
    if lost > told.lost and (_may_tell() or (unsent and not told.is_away)):
        count, told.lost = lost - told.lost, lost
        faults.LOGGER.warning(
            "clew lost %s on the way to %s: %s",
            "1 span" if count == 1 else f"{count} spans",
            tracer.endpoint,
            lost_words(tracer.endpoint, stats, unsent),
        )


def _tell_once(told: Told, stats: Stats) -> None:
    if stats["rings_unfiled"] and "unfiled" not in told.once:
        told.once.add("unfiled")
        faults.LOGGER.warning(
            "clew found no room in ring_dir (CLEW_RING_DIR) for the spans of %d threads: they are "
            "sent as ever, and lost when the process is killed",
            stats["rings_unfiled"],
        )
    if stats["recovery_damaged"] and "damaged" not in told.once:
        told.once.add("damaged")
        faults.LOGGER.warning(
            "clew could not read %d of the spans, or files of spans, that killed processes left in "
            "ring_dir (CLEW_RING_DIR)",
            stats["recovery_damaged"],
        )
    if stats["compression_refused"] and "gzip" not in told.once:
        told.once.add("gzip")
        faults.LOGGER.info("clew sends without gzip: the collector refused it")


def _dropped(stats: Stats) -> int:
    return sum(stats["dropped"].values())


def _on_their_way(stats: Stats) -> int:
    return max(0, stats["finished"] + stats["recovered"] - stats["sent"] - _dropped(stats))
