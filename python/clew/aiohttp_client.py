# SPDX-License-Identifier: Apache-2.0
"""Client spans and outgoing headers for aiohttp's ClientSession, by its own tracing interface.

A span is one request on the wire, as in clew/http_client.py: a redirect that is followed is a span
of its own. It ends when the response's headers are there. Sessions that were made before tracing
was turned on are not traced.

Threads: those of the event loops that use a session.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import faults
from clew.headers import put
from clew.session import Session

ERROR_STATUS_MIN = 400  # of a response; the call failed, for who made it


def patch(session: Session, module: Any) -> None:
    """Lets each new ClientSession have a TraceConfig of ours after the application's own."""
    config = functools.partial(_config, session, module.TraceConfig)
    session.patches.replace(
        module.ClientSession, "__init__", functools.partial(_init, session, config)
    )


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
        context.clew_span = _begin(session, params, _next_url(params))

    async def end(_: Any, context: Any, params: Any) -> None:
        _end(context, params.response)

    async def fail(_: Any, context: Any, params: Any) -> None:
        span = _take(context)
        if span is not None:
            span.error(params.exception)
            span.finish()

    config.on_request_start.append(start)
    config.on_request_redirect.append(redirect)
    config.on_request_end.append(end)
    config.on_request_exception.append(fail)
    return config


def _begin(session: Session, params: Any, url: Any = None) -> Any:
    tracer = session.tracer
    if tracer is None:
        return None
    span = None
    try:
        span = tracer.start(params.method.lower(), "client")
        put(params.headers, span.inject())
        if span.is_sampled:
            span.tag("http.method", params.method)
            span.tag("http.path", (params.url if url is None else url).raw_path)
        return span
    except Exception:
        faults.report("the start of a client span of aiohttp")
        if span is not None:
            span.abandon()
        return None


def _next_url(params: Any) -> Any:
    """Where a redirect leads, as the client reads it."""
    location = params.response.headers.get("Location") or params.response.headers.get("URI")
    return params.url.join(type(params.url)(location)) if location else None


def _take(context: Any) -> Any:
    """The span of the request under way, which nobody ends a second time."""
    span = getattr(context, "clew_span", None)
    context.clew_span = None
    return span


def _end(context: Any, response: Any) -> None:
    span = _take(context)
    if span is None:
        return
    try:
        if span.is_sampled:
            span.tag("http.status_code", response.status)
            if response.status >= ERROR_STATUS_MIN:
                span.error(str(response.status))
            _tell_peer(span, response)
    except Exception:
        faults.report("the end of a client span of aiohttp")
    span.finish()


def _tell_peer(span: Any, response: Any) -> None:
    """Says which address the connection leads to: after a short response it is given back already,
    and the address is known only where the URL has it.
    """
    connection = response.connection
    transport = None if connection is None else connection.transport
    address = None if transport is None else transport.get_extra_info("peername")
    if isinstance(address, tuple) and len(address) >= 2:  # else a Unix socket's path
        span.remote(address[0], address[1])
    elif response.url.host is not None:
        span.remote(response.url.host, response.url.port or 0)  # a name is no address: left out
