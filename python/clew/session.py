# SPDX-License-Identifier: Apache-2.0
"""The tracing of this process: turned on and off here, and found here by everything else.

There is one at most. Turning it on makes a tracer and arms the hooks (clew/hooks.py) of what is
imported already, or will be. It opens no connection and starts no thread: the tracer's own thread
begins after the first sampled span has finished, so that a server may fork before or after.

Threads: turn on and off from the main thread, while no request is served; ask from any.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from clew import conventions as _conventions
from clew import environment, error_stacks, faults, notices  # noqa: F401  notices: of the extension
from clew import hooks as _hooks
from clew._native import Tracer, activate, record_stacks, tell_routed_by, tracer_options
from clew.arguments import check, check_seconds, refuse_unknown
from clew.frameworks import routing_args
from clew.imports import Watch
from clew.patches import Patches
from clew.service_name import chosen_name

# How long turning off, or leaving the program, may wait for the collector: half of it until what
# has finished is sent, half for the tracer's own end.
CLOSE_SECONDS_MAX = 1.0
# Says of a span's name and a request's path, or None, whether to record its trace; None: undecided.
Sampler = Callable[[str, "str | None"], "bool | None"]


class Session:
    """What the hooks of one tracing share; over once `tracer` is None."""

    __slots__ = (
        "_changed_by",
        "_watch",
        "conventions",
        "hooks",
        "legacy_tags",
        "log_level",
        "patches",
        "tracer",
    )

    def __init__(
        self,
        tracer: Tracer,
        hook_names: Iterable[str] = (),
        legacy_tags: bool = False,
        log_level: int = logging.NOTSET,
        conventions: str | None = None,
    ) -> None:
        self.tracer: Tracer | None = tracer
        self.hooks = tuple(hook_names)
        self.legacy_tags = legacy_tags
        self.conventions = conventions  # see Tracer.use_conventions()
        self.log_level = log_level  # of the log lines that become annotations
        self.patches = Patches()
        self._changed_by: dict[str, list[str]] = {}
        for changed, changed_by in _hooks.targets(self.hooks):
            self._changed_by.setdefault(changed, []).append(changed_by)
        self._watch = Watch(self._changed_by, self._imported)

    def arm(self) -> None:
        """Arms the hooks: of modules that are imported now, of the others when they are."""
        tell_routed_by(routing_args.tell)
        self.patches.find_copies(name.partition(".")[0] for name in self._changed_by)
        try:
            self._watch.start()
        finally:
            self.patches.forget_copies()

    def disarm(self) -> None:
        """Puts back what the hooks replaced; what runs inside of them passes on."""
        self._watch.stop()
        self.patches.restore()

    def _imported(self, name: str, module: ModuleType) -> None:
        for changed_by in self._changed_by[name]:
            try:
                _hooks.arm(self, module, changed_by)
            except Exception:  # another version than the hook knows, or a test's stand-in
                faults.report(f"the hook of {name}", lost=_hooks.missing_without(name, changed_by))


_session: Session | None = None


def enable(
    *,
    service_name: str | None = None,
    endpoint: str | None = None,
    sample_rate: float | None = None,
    sampler: Sampler | str | None = None,
    propagation: str | None = None,
    trust_inbound: str | None = None,
    trace_id_bits: int | None = None,
    flush_interval_ms: int | None = None,
    detach_after_ms: int | str | None = None,
    hooks: Iterable[str] | None = None,
    log_annotations: bool | int | str = False,
    legacy_tags: bool = False,
    error_stack: bool | None = None,
    conventions: str | None = None,
    **options: Any,
) -> Tracer:
    """Traces this process, and returns its tracer. A second call replaces the first.

    service_name       the name of this service in Zipkin; the program's file name
    endpoint           where to send: "http://host:9411/api/v2/spans" for Zipkin's HTTP, or
                       "scribe://host:9410"; Zipkin's HTTP at 127.0.0.1:9411
    sample_rate        the share of new traces to record, 0 to 1; a caller's decision is followed
    sampler            which new traces to record, in words; or sampler(name, path), a callable
                       that answers True, False or None: see Tracer.sample_by()
    propagation        the headers that carry a trace to the next service
    trust_inbound      what to take over of a caller's headers: "all", "ids" or "no"
    trace_id_bits      of new traces: 64 or 128
    flush_interval_ms  how long a finished span may wait to be sent with others: 1 to 60000; 500
    detach_after_ms    how long after a request's end what it has started and left behind still
                       belongs to its trace (see clew.detached()): 0 to 86400000, "never"; 1000
    hooks              the names of the hooks to arm (clew.hooks.HOOKS); those of clew.hooks.DEFAULT
    log_annotations    log lines of the standard logging become annotations of the current span:
                       True, or those of a level and above, 30 or "WARNING"
    legacy_tags        also the tag http.uri: path and query, as eventlet.zipkin sent it
    error_stack        also the tag error.stack of exceptions; CLEW_ERROR_STACK, or False
    conventions        the names of HTTP's tags: "http", the stable names of OpenTelemetry;
                       "http/dup", both; OTEL_SEMCONV_STABILITY_OPT_IN, or http.method and so on
    options            what else Tracer() takes

    What is not given comes from the environment (CLEW_ENDPOINT, CLEW_SERVICE_NAME or
    OTEL_SERVICE_NAME, and so on), then from the default. A hook arms when its module is imported,
    now or later. No connection is opened here; a collector that cannot be reached costs spans,
    and never a request: the log (logger clew) says so, and names CLEW_* variables that are unknown.

    TypeError, ValueError: an argument is wrong; nothing has changed then.
    """
    check(legacy_tags, "legacy_tags", bool)
    names = _conventions.chosen(conventions)
    has_stacks = error_stacks.is_wanted(error_stack)
    level = _log_level(log_annotations)
    armed = _hooks.chosen(hooks)
    if level is not None and "log_annotations" not in armed:
        armed += ("log_annotations",)
    options |= {
        "endpoint": endpoint,
        "sample_rate": sample_rate,
        "propagation": propagation,
        "trust_inbound": trust_inbound,
        "trace_id_bits": trace_id_bits,
        "flush_interval_ms": flush_interval_ms,
    }
    new_tracer = _new_tracer(chosen_name(service_name), sampler, options)
    _detach_after(new_tracer, detach_after_ms)
    new_tracer.use_conventions(names)
    _turn_on(Session(new_tracer, armed, legacy_tags, level or logging.NOTSET, names))
    activate(new_tracer, faults.report)
    record_stacks(error_stacks.stack_of if has_stacks else None)
    return new_tracer


def _turn_on(new: Session) -> None:
    global _session
    disable()
    try:
        new.arm()
    except BaseException:
        new.disarm()
        raise
    _session = new
    atexit.register(flush_at_exit)


def disable() -> None:
    """Restores every attribute that was replaced, and sends what has finished.

    Waits for that at most CLOSE_SECONDS_MAX. Does nothing when tracing is off.
    """
    global _session
    old, _session = _session, None
    activate(None, faults.report)
    if old is not None:
        atexit.unregister(flush_at_exit)
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
    TypeError, ValueError: another timeout, also when tracing is off.
    """
    check_seconds(timeout)
    active_tracer = tracer()
    return True if active_tracer is None else active_tracer.flush(timeout)


def active() -> Session | None:
    """What the hooks share, or None when tracing is off."""
    return _session


def _new_tracer(name: str | None, sampler: Any, options: dict[str, Any]) -> Tracer:
    _check_options(options)
    environment.tell_misspelt()
    given = {key: value for key, value in options.items() if value is not None}
    given.setdefault("close_timeout_ms", int(CLOSE_SECONDS_MAX * 500))
    if sampler is None or callable(sampler):
        new = Tracer(name, **given)
        new.sample_by(sampler)
        return new
    if not isinstance(sampler, str):
        wanted = "a str like '0.1' or 'per_second(100)', or a callable"
        raise TypeError(f"sampler must be {wanted}, not {sampler!r}")
    return Tracer(name, sampler=sampler, **given)


def _detach_after(new: Tracer, asked: int | str | None) -> None:
    """Says what is asked for, else what the environment says; the default stands without both."""
    given: Any = asked if asked is not None else os.environ.get("CLEW_DETACH_AFTER_MS") or None
    if given is None:
        return
    if isinstance(given, str):
        text = given.strip().lower()
        if text != "never" and not (text.isascii() and text.isdigit()):
            place = "detach_after_ms" if asked is not None else "CLEW_DETACH_AFTER_MS"
            raise ValueError(
                f'{place} must be 0 to 86400000 milliseconds, or "never", not {given!r}'
            )
        given = None if text == "never" else int(text)
    new.detach_after(given)


def _log_level(asked: object) -> int | None:
    """The level from which log lines become annotations; None when none do."""
    if isinstance(asked, bool):
        return logging.NOTSET if asked else None
    wanted = "log_annotations must be a bool, or a level of logging like 30 or 'WARNING'"
    if not isinstance(asked, (int, str)):
        raise TypeError(f"{wanted}, not {asked!r}")
    level = logging.getLevelName(asked) if isinstance(asked, str) else asked
    if not isinstance(level, int):
        raise ValueError(f"{wanted}, not {asked!r}")
    return level


def _check_options(options: dict[str, Any]) -> None:
    """TypeError: neither enable() nor Tracer() has such an argument."""
    for name in options:
        if name not in tracer_options:
            names = {*tracer_options, *(enable.__kwdefaults__ or ())}
            refuse_unknown("enable", name, names)


def flush_at_exit() -> None:
    """Sends what has finished, within half of CLOSE_SECONDS_MAX; for the end of a program."""
    if _session is not None and _session.tracer is not None:
        _session.tracer._flush_last(CLOSE_SECONDS_MAX / 2)
