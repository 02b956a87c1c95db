# SPDX-License-Identifier: Apache-2.0
"""The paste.deploy filter egg:clew#trace: server spans of what is below it, by configuration.

    [filter:clew]
    use = egg:clew#trace
    endpoint = http://zipkin:9411/api/v2/spans

It stands first in the pipeline. The settings, all optional, are those of clew.enable():

    endpoint       where to send: http://host:9411/api/v2/spans, or scribe://host:9410
    service_name   the name of this service; the program's file name
    sample         the share of new traces to record, 0 to 1; or a sampler in words
    propagation    the headers that carry a trace on: b3multi, b3, tracecontext ...
    trust_inbound  what to take over of a caller's headers: all, ids or no
    tag_headers    request headers that become tags, separated by commas: X-Trans-Id
    skip           paths that are not traced, separated by commas: /healthcheck, /recon
    trace_header   the name of a response header that tells the trace id: X-Trace-Id
    client         yes: calls that the process makes are spans, too, and carry the trace on; no

What a section leaves out comes from the environment, as everywhere.

Threads: pipelines are loaded on the main thread; requests come on any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from clew import faults, hooks, session
from clew.arguments import nearest
from clew.wsgi_middleware import wsgi

TRUE = ("yes", "true", "on", "1")
FALSE = ("no", "false", "off", "0")
ENABLE = ("endpoint", "service_name", "propagation", "trust_inbound")
OWN = ("sample", "tag_headers", "skip", "trace_header", "client")
# Without the server's own hook: it would trace what is to be skipped.
CLIENT_HOOKS = tuple(name for name in hooks.DEFAULT if name != "eventlet")
SERVER_HOOKS = ("swift",)  # names and tags of spans; nothing where there is no Swift

# The settings that this process is traced by, once a pipeline has been loaded.
_enabled_by: dict[str, Any] | None = None


def filter_factory(global_settings: Mapping[str, str], **settings: str) -> Callable[[Any], Any]:
    """What paste.deploy calls: turns tracing on, and returns what wraps an application.

    TypeError, ValueError: a setting is unknown or wrong, or another pipeline of this process is
    traced by other ones.
    """
    # Swift's own loader adds the section's name and file, as __name__ and __file__.
    unknown = {name for name in settings if not name.startswith("__")} - {*ENABLE, *OWN}
    if unknown:
        meant = nearest(min(unknown), {*ENABLE, *OWN})
        hint = "" if meant is None else f"; did you mean {meant}?"
        raise ValueError(f"egg:clew#trace has no setting {', '.join(sorted(unknown))}{hint}")
    enable(enabling(settings))
    tags = {
        "HTTP_" + name.upper().replace("-", "_"): f"http.header.{name.lower()}"
        for name in words(settings.get("tag_headers", ""))
    }
    skip = words(settings.get("skip", ""))
    trace_header = settings.get("trace_header") or None

    def trace_filter(application: Any) -> _Traced:
        traced = wsgi(application, skip=skip, tags=tags, trace_header=trace_header)
        return _Traced(application, traced)

    return trace_filter


class _Traced:
    """The outermost application of a pipeline: in all but the call it is the one it stands before.

    Swift hangs attributes on it, and looks for a logger.
    """

    def __init__(self, application: Any, traced: Any) -> None:
        self._clew_application = application
        self._clew_traced = traced

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self._clew_traced(environ, start_response)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._clew_application, name)


def enable(asked: dict[str, Any]) -> None:
    """Turns tracing on. A server loads its pipeline more than once: the same again is nothing."""
    global _enabled_by
    if _enabled_by is None and session.active() is not None:
        faults.LOGGER.warning(
            "egg:clew#trace: this process is traced already (by clew-run, or by a call); nothing "
            "of the section is used where that traces the server, too"
        )
        return
    if _enabled_by is not None and session.active() is not None:
        if _enabled_by != asked:
            raise ValueError(
                f"egg:clew#trace: a process is traced in one way, {_enabled_by!r}, not {asked!r}"
            )
        return
    session.enable(**asked)
    _enabled_by = asked


def enabling(settings: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of clew.enable() in a section."""
    asked: dict[str, Any] = {name: settings[name] for name in ENABLE if settings.get(name)}
    sample = settings.get("sample")
    if sample:
        try:
            asked["sample_rate"] = float(sample)
        except ValueError:
            asked["sampler"] = sample
    client = settings.get("client", "no").lower()
    if client not in TRUE + FALSE:
        raise ValueError(f"client must be yes or no, not {client!r}")
    asked["hooks"] = CLIENT_HOOKS if client in TRUE else SERVER_HOOKS
    return asked


def words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
