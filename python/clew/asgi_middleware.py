# SPDX-License-Identifier: Apache-2.0
"""clew.asgi(): server spans of any ASGI application (version 3), whatever server runs it.

An HTTP request's span ends when the last part of the response has been sent; what the application
does afterwards (background tasks) still belongs to it. A WebSocket connection is one span, from its
handshake to its close: what happens meanwhile can be said in spans below it.

Threads: those of the event loops that call, any number at once.
"""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from clew import faults, session
from clew._native import Span, Tracer
from clew.asgi_exchanges import Connection, Receive, Request, Scope, Send
from clew.frameworks.requests import SPAN
from clew.wsgi_middleware import checked_header, checked_paths

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def asgi(
    application: Application, *, skip: Iterable[str] = (), trace_header: str | None = None
) -> Application:
    """An ASGI application that traces another one while tracing is on, and else only calls it.

    Each HTTP request is a span of kind SERVER with the tags http.method, http.path (without the
    query), http.status_code, both addresses, and the tag error for a status of 500 and more, for
    what the application raises, and for a response that is not completed; that its client has
    disconnected is an annotation then. Where the framework knows the route, that is the tag
    http.route and the name is "GET /hello/{name}"; else the name is the method in lower case. It
    continues the caller's trace. A WebSocket connection is a span named "websocket" with the tags
    http.path, http.status_code and websocket.close_code; it is an error if that code says so, or
    if the application raises before the connection is closed. Other scopes (lifespan) pass
    untouched.

    skip          paths that are not traced, with all that is below them: ["/healthcheck"]
    trace_header  the name of a header to add to each response with its trace id: "X-Trace-Id"

    TypeError, ValueError: an argument is wrong. Requests never fail because of tracing.
    """
    if not callable(application):
        raise TypeError(f"application must be callable, not {application!r}")
    name = checked_header(trace_header)
    header = None if name is None else name.lower().encode()
    return _Middleware(application, checked_paths(skip), header)


class _Middleware:
    __slots__ = ("__wrapped__", "skip", "trace_header")

    def __init__(
        self, application: Application, skip: tuple[str, ...], trace_header: bytes | None
    ) -> None:
        self.__wrapped__ = application
        self.skip = skip
        self.trace_header = trace_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        span = self.begin(scope)
        if span is None:
            await self.__wrapped__(scope, receive, send)
        elif not span.is_sampled and self.trace_header is None:
            with span:
                await self.__wrapped__(scope, receive, send)
        else:
            kind = Request if scope["type"] == "http" else Connection
            exchange = kind(span, scope, receive, send, self.trace_header)
            with span:
                try:
                    await self.__wrapped__(scope, exchange.receive, exchange.send)
                except BaseException as error:
                    exchange.raised(error)
                    raise
                exchange.returned()

    def begin(self, scope: Scope) -> Span | None:
        """The span of what is to be traced, else None."""
        tracer = session.tracer()
        if tracer is None or scope["type"] not in ("http", "websocket"):
            return None
        try:
            if SPAN in scope and (scope[SPAN] is None or scope[SPAN].is_open):
                return None
            path = scope["path"]
            if any(path == start or path.startswith(start + "/") for start in self.skip):
                scope[SPAN] = None  # nor by who comes further in
                return None
            span = scope[SPAN] = _received(tracer, scope)
            return span
        except Exception:
            faults.report("the start of an ASGI request")
            return None


def _received(tracer: Tracer, scope: Scope) -> Span:
    method = scope["method"] if scope["type"] == "http" else "websocket"
    span = tracer.extract(scope["headers"], method.lower(), "server", scope["path"])
    if span.is_sampled:
        if scope["type"] == "http":
            span.tag_http("http.method", method)
        span.tag_http("http.path", _path(scope))
        _tell_address(span.remote, scope.get("client"))
        _tell_address(span.local, scope.get("server"))
    return span


def _tell_address(tell: Callable[[str, int], None], address: Any) -> None:
    """Says an end of the connection; what is missing or nonsense is left out."""
    if address is not None:
        with contextlib.suppress(LookupError, TypeError, ValueError, OverflowError):
            tell(address[0], address[1] or 0)  # a Unix socket has no port


def _path(scope: Scope) -> str:
    """The path as it was on the wire, where the server tells."""
    raw: bytes | None = scope.get("raw_path")
    if raw:
        return raw.partition(b"?")[0].decode("latin-1")
    return urllib.parse.quote(scope["path"], safe="/-._~!$&'()*+,;=:@", errors="replace")
