# SPDX-License-Identifier: Apache-2.0
"""The tracing of this process: turned on and off here, and found here by everything else.

There is one at most. Turning it on makes a tracer and arms the hooks (clew/hooks.py) of what is
imported already, or will be. It opens no connection and starts no thread: the tracer's own thread
begins after the first sampled span has finished, so that a server may fork before or after.

Threads: turn on and off from the main thread, while no request is served; ask from any.
"""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from clew import faults, hooks
from clew._native import Tracer, activate
from clew.imports import Watch
from clew.patches import Patches

# How long turning off, or leaving the program, may wait for the collector: half of it until what
# has finished is sent, half for the tracer's own end.
CLOSE_SECONDS_MAX = 1.0


class Session:
    """What the hooks of one tracing share; over once `tracer` is None."""

    __slots__ = ("_changed_by", "_watch", "hooks", "is_armed", "legacy_tags", "patches", "tracer")

    def __init__(
        self, tracer: Tracer, hook_names: Iterable[str] = (), legacy_tags: bool = False
    ) -> None:
        self.tracer: Tracer | None = tracer
        self.hooks = tuple(hook_names)
        self.legacy_tags = legacy_tags
        self.patches = Patches()
        self.is_armed = False
        self._changed_by: dict[str, list[str]] = {}
        for changed, changed_by in hooks.targets(self.hooks):
            self._changed_by.setdefault(changed, []).append(changed_by)
        self._watch = Watch(self._changed_by, self._imported)

    def arm(self) -> None:
        """Arms the hooks: of modules that are imported now, of the others when they are."""
        self._watch.start()
        self.is_armed = True

    def disarm(self) -> None:
        """Puts back what the hooks replaced; what runs inside of them passes on."""
        self._watch.stop()
        self.patches.restore()

    def _imported(self, module: ModuleType) -> None:
        for changed_by in self._changed_by[module.__name__]:
            try:
                hooks.arm(self, module, changed_by)
            except Exception:
                if not self.is_armed:
                    raise  # to who turns tracing on
                faults.report(f"the hook of {module.__name__}")


_session: Session | None = None


def enable(
    *,
    service_name: str | None = None,
    endpoint: str | None = None,
    sample_rate: float | None = None,
    sampler: Any = None,
    propagation: str | None = None,
    trust_inbound: str | None = None,
    trace_id_bits: int | None = None,
    flush_interval_ms: int | None = None,
    hooks: Iterable[str] | None = None,
    legacy_tags: bool = False,
    **options: Any,
) -> Tracer:
    """Traces this process, and returns its tracer. A second call replaces the first.

    service_name       the name of this service in Zipkin; the program's file name
    endpoint           where to send: "http://host:9411/api/v2/spans" for Zipkin's HTTP, or
                       "scribe://host:9410"
    sample_rate        the share of new traces to record, 0 to 1; a caller's decision is followed
    sampler            which new traces to record, said otherwise
    propagation        the headers that carry a trace to the next service
    trust_inbound      what to take over of a caller's headers
    trace_id_bits      of new traces: 64 or 128
    flush_interval_ms  how long a finished span may wait to be sent with others: 1 to 60000; 500
    hooks              the names of the hooks to arm (clew.hooks.HOOKS); those of clew.hooks.DEFAULT
    legacy_tags        also the tag http.uri: path and query, as eventlet.zipkin sent it
    options            what else Tracer() takes

    What is not given comes from the environment (CLEW_ENDPOINT, CLEW_SERVICE_NAME or
    OTEL_SERVICE_NAME, and so on), then from the default. A collector that is away costs spans,
    which are counted, and never a request.

    TypeError, ValueError: an argument is wrong; nothing has changed then.
    """
    global _session
    new = _new_session(
        _service_name(service_name),
        {
            "endpoint": endpoint,
            "sample_rate": sample_rate,
            "sampler": sampler,
            "propagation": propagation,
            "trust_inbound": trust_inbound,
            "trace_id_bits": trace_id_bits,
            "flush_interval_ms": flush_interval_ms,
            **options,
        },
        hooks,
        legacy_tags,
    )
    disable()
    try:
        new.arm()
    except BaseException:
        new.disarm()
        raise
    _session = new
    atexit.register(_at_exit)
    assert new.tracer is not None
    activate(new.tracer, faults.report)
    return new.tracer


def disable() -> None:
    """Restores every attribute that was replaced, and sends what has finished.

    Waits for that at most CLOSE_SECONDS_MAX. Does nothing when tracing is off.
    """
    global _session
    old, _session = _session, None
    activate(None, faults.report)
    if old is not None:
        atexit.unregister(_at_exit)
        old.disarm()
        ended, old.tracer = old.tracer, None
        if ended is not None:
            ended.close(CLOSE_SECONDS_MAX / 2)


def tracer() -> Tracer | None:
    """The tracer of this process, or None when tracing is off."""
    return None if _session is None else _session.tracer


def flush(timeout: float = 1.0) -> bool:
    """Waits, at most timeout seconds (0 to 3600), until all finished spans are sent or counted as
    dropped; True when they are, also when tracing is off.

    Other OS threads run meanwhile; other greenthreads and asynchronous tasks do not.
    ValueError: another time.
    """
    active_tracer = tracer()
    return True if active_tracer is None else active_tracer.flush(timeout)


def active() -> Session | None:
    """What the hooks share, or None when tracing is off."""
    return _session


def _new_session(
    name: str | None, options: dict[str, Any], names: Iterable[str] | None, legacy_tags: bool
) -> Session:
    check(legacy_tags, "legacy_tags", bool)
    armed = hooks.chosen(names)
    given = {key: value for key, value in options.items() if value is not None}
    given.setdefault("close_timeout_ms", int(CLOSE_SECONDS_MAX * 500))
    return Session(Tracer(name, **given), armed, legacy_tags)


def check(value: object, name: str, kind: type) -> None:
    """TypeError, in the words of enable(), when an argument is not of its type."""
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {kind.__name__}, not {value!r}")


def _service_name(name: str | None) -> str | None:
    if name is not None:
        check(name, "service_name", str)
        if not name:
            raise ValueError("service_name must not be empty")
        return name
    if os.environ.get("CLEW_SERVICE_NAME") or os.environ.get("OTEL_SERVICE_NAME"):
        return None
    return os.path.basename(sys.argv[0] if sys.argv else "") or "python"


def _at_exit() -> None:
    if _session is not None and _session.tracer is not None:
        _session.tracer.flush(CLOSE_SECONDS_MAX / 2)
