# SPDX-License-Identifier: Apache-2.0
"""Client spans and outgoing headers for aiohttp's ClientSession, by its own tracing interface.

A span is one request on the wire, as in clew/http_client.py: a redirect that is followed is a span
of its own. It ends when the response's headers are there. Sessions that were made before tracing
was turned on are not traced.

Threads: those of the event loops that use a session.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from clew import client_spans, faults
from clew.session import Session


def patch(session: Session, module: Any) -> None:
    """Lets each new ClientSession have a TraceConfig of ours after the application's own."""
    config = functools.partial(_config, session, module.TraceConfig)
    session.patches.replace(
        module.ClientSession, "__init__", functools.partial(_init, session, config)
    )
    session.patches.replace(module.BaseConnector, "connect", functools.partial(_connect, session))


def _connect(session: Session, original: Any) -> Any:
    """A TraceConfig is told neither of proxies nor of connections; who connects knows both."""

    @functools.wraps(original)
    async def connect(self, req, traces, *args, **keywords):  # type: ignore[no-untyped-def]
        contexts = [getattr(trace, "_trace_config_ctx", None) for trace in traces or ()]
        ours = [context for context in contexts if hasattr(context, "clew_span")]
        for context in ours:
            _begin_again(session, context, req)
        if getattr(req, "proxy", None):
            _tell(ours, lambda span: span.tag_http("http.host", _origin(req.url)))
        connection = await original(self, req, traces, *args, **keywords)
        _tell(ours, lambda span: _tell_peer(span, connection))
        for context in ours:
            context.clew_connected = context.clew_span
        return connection

    return connect


def _begin_again(session: Session, context: Any, request: Any) -> None:
    """A span that has had a connection and comes for another was cut off: aiohttp repeats such a
    request by itself, which no TraceConfig is told.
    """
    span = context.clew_span
    if span is None or getattr(context, "clew_connected", None) is not span:
        return
    span.error("disconnected before the response; aiohttp tried again")
    span.finish()
    context.clew_span = _begin_to(session, request.method, request.headers, request.url)


def _tell(contexts: list[Any], say: Callable[[Any], None]) -> None:
    for context in contexts:
        try:
            if context.clew_span is not None and context.clew_span.is_sampled:
                say(context.clew_span)
        except Exception:
            faults.report("the connection of a request of aiohttp")


def _origin(url: Any) -> client_spans.Origin:
    default = client_spans.DEFAULT_PORTS.get(url.scheme)
    return client_spans.Origin(url.raw_host or "", url.port, default)


def _init(session: Session, config: Any, original: Any) -> Any:
    @functools.wraps(original)
    def __init__(self, *args, **keywords):  # type: ignore[no-untyped-def]  # noqa: N807
        if session.tracer is not None:
            try:
                theirs = keywords.get("trace_configs")
                keywords["trace_configs"] = [*(theirs or ()), config()]
            except Exception:
                faults.report("a session of aiohttp")
        original(self, *args, **keywords)

    return __init__


def _config(session: Session, trace_config: Any) -> Any:
    config = trace_config()

    async def start(_: Any, context: Any, params: Any) -> None:
        context.clew_span = _begin(session, params)

    async def redirect(_: Any, context: Any, params: Any) -> None:
        _end(context, params.response)
        context.clew_span = _begin_next(session, params)

    async def end(_: Any, context: Any, params: Any) -> None:
        _end(context, params.response)

    async def fail(_: Any, context: Any, params: Any) -> None:
        span = _take(context)
        if span is not None:
            client_spans.fail(span, params.exception, lambda: _origin(params.url))

    config.on_request_start.append(start)
    config.on_request_redirect.append(redirect)
    config.on_request_end.append(end)
    config.on_request_exception.append(fail)
    return config


def _begin(session: Session, params: Any) -> Any:
    return _begin_to(session, params.method, params.headers, params.url)


def _begin_to(session: Session, method: str, headers: Any, url: Any) -> Any:
    return client_spans.begin(
        session, "aiohttp", method, headers, lambda: url.raw_path, lambda: _origin(url)
    )


def _begin_next(session: Session, params: Any) -> Any:
    """The span of the request that follows a redirect; None where it leads nowhere."""
    location = params.response.headers.get("Location") or params.response.headers.get("URI")
    if location is None:
        return None
    try:
        url = params.url.join(type(params.url)(location))
    except Exception:  # the client is about to read it, too, and to say what is wrong
        return None
    if url.scheme not in ("http", "https"):
        return None
    method = _next_method(params.method, params.response.status)
    return _begin_to(session, method, params.headers, url)


def _next_method(method: str, status: int) -> str:
    """As the client changes it after a redirect (RFC 9110, 15.4)."""
    upper = method.upper()
    is_changed = status == 303 if upper != "POST" else status in (301, 302, 303)
    return "GET" if is_changed and upper != "HEAD" else method


def _take(context: Any) -> Any:
    """The span of the request under way, which nobody ends a second time."""
    span = getattr(context, "clew_span", None)
    context.clew_span = None
    return span


def _end(context: Any, response: Any) -> None:
    span = _take(context)
    if span is not None:
        has_peer = getattr(context, "clew_connected", None) is span
        tell_peer = functools.partial(_tell_url, span, response.url)
        client_spans.end(span, "aiohttp", response.status, _nothing if has_peer else tell_peer)


def _tell_peer(span: Any, connection: Any) -> None:
    """Says which address a connection leads to."""
    address = connection.transport.get_extra_info("peername")
    if isinstance(address, tuple) and len(address) >= 2:  # else a Unix socket's path
        span.remote(address[0], address[1])


def _tell_url(span: Any, url: Any) -> None:
    """Where a connector of the application's own does not show its connections."""
    if url.host is not None:
        span.remote(url.host, url.port or 0)  # a name is no address: left out


def _nothing() -> None:
    pass
