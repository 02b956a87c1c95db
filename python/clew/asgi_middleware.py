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
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from clew import faults, session
from clew._native import Span, Tracer
from clew.wsgi_middleware import checked_header, checked_paths

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

ERROR_STATUS_MIN = 500
_SPAN = "clew.span"  # in the scope of a request that is traced
# A WebSocket's close codes of RFC 6455, 7.4.1, that say that something went wrong.
_NO_CODE = 1005
_FAILED_CODES = {1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015}


def asgi(
    application: Application, *, skip: Iterable[str] = (), trace_header: str | None = None
) -> Application:
    """An ASGI application that traces another one while tracing is on, and else only calls it.

    Each HTTP request is a span of kind SERVER, named after its method in lower case, with the tags
    http.method, http.path (without the query), http.status_code and, where the framework tells its
    route (Starlette and FastAPI do), http.route; both addresses; and the tag error for a status of
    500 and more, for what the application raises, and for a response that it does not complete. It
    continues the caller's trace. A WebSocket connection is a span named "websocket" with the tags
    http.path, http.status_code and websocket.close_code. Other scopes (lifespan) pass untouched.

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
            kind = _Request if scope["type"] == "http" else _Connection
            exchange = kind(span, scope, send, self.trace_header)
            with span:
                try:
                    await self.__wrapped__(scope, exchange.received(receive), exchange.send)
                finally:
                    exchange.tell_status()
                exchange.returned()

    def begin(self, scope: Scope) -> Span | None:
        """The span of what is to be traced, else None."""
        tracer = session.tracer()
        if tracer is None or scope["type"] not in ("http", "websocket"):
            return None
        try:
            known = scope.get(_SPAN)
            if known is not None and known.is_open:
                return None
            path = scope["path"]
            if any(path == start or path.startswith(start + "/") for start in self.skip):
                return None
            span = scope[_SPAN] = _received(tracer, scope)
            return span
        except Exception:
            faults.report("the start of an ASGI request")
            return None


def _received(tracer: Tracer, scope: Scope) -> Span:
    method = scope["method"] if scope["type"] == "http" else "websocket"
    span = tracer.extract(scope["headers"], method.lower(), "server", scope["path"])
    if span.is_sampled:
        if scope["type"] == "http":
            span.tag("http.method", method)
        span.tag("http.path", _path(scope))
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


class _Request:
    """One HTTP request on its way: it stands for `send` towards the application."""

    __slots__ = ("_send", "has_trailers", "is_complete", "scope", "span", "status", "trace_header")

    def __init__(self, span: Span, scope: Scope, send: Send, trace_header: bytes | None) -> None:
        self.span = span
        self.scope = scope
        self._send = send
        self.trace_header = trace_header
        self.status = 0
        self.has_trailers = False
        self.is_complete = False

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "http.response.start":
            self.status = _status_of(message)
            self.has_trailers = message.get("trailers", False)
            if self.trace_header is not None:
                message = _with_header(message, self.trace_header, self.span)
        await self._send(message)
        if not self.is_complete and self.is_last(message):
            self.is_complete = True
            if self.status < ERROR_STATUS_MIN:  # else what went wrong may be raised after it
                self.tell_status()
                self.span.finish()

    def received(self, receive: Receive) -> Receive:
        """What the application calls for messages."""
        return receive

    def is_last(self, message: Message) -> bool:
        kind = message.get("type")
        if kind == "http.response.trailers":
            return not message.get("more_trailers", False)
        if kind in ("http.response.body", "http.response.zerocopysend"):
            return not self.has_trailers and not message.get("more_body", False)
        return kind == "http.response.pathsend"

    def returned(self) -> None:
        """Says that the application is done, whether or not it has sent a whole response."""
        if not self.is_complete:
            self.span.error("the response was not completed")
        elif self.status >= ERROR_STATUS_MIN:
            self.span.error(str(self.status))

    def tell_status(self) -> None:
        """Says what is known by now; of a span that has ended, nothing."""
        if self.status:
            self.span.tag("http.status_code", self.status)
        route = getattr(self.scope.get("route"), "path", None)
        if isinstance(route, str):
            self.span.tag("http.route", route)


class _Connection:
    """One WebSocket connection on its way."""

    __slots__ = ("_send", "is_accepted", "is_closed", "span", "trace_header")

    def __init__(self, span: Span, _: Scope, send: Send, trace_header: bytes | None) -> None:
        self.span = span
        self._send = send
        self.trace_header = trace_header
        self.is_accepted = False
        self.is_closed = False

    def received(self, receive: Receive) -> Receive:
        """What the application calls for messages; that the client has gone is one."""

        async def watched() -> Message:
            message = await receive()
            try:
                if self.is_accepted and message["type"] == "websocket.disconnect":
                    self.tell_close(message.get("code"))
            except Exception:
                faults.report("a WebSocket's message")
            return message

        return watched

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "websocket.accept":
            self.is_accepted = True
            self.span.tag("http.status_code", 101)
            if self.trace_header is not None:
                message = _with_header(message, self.trace_header, self.span)
        elif kind == "websocket.http.response.start":
            self.span.tag("http.status_code", _status_of(message))
        elif kind == "websocket.close":
            self.tell_close(message.get("code", 1000))
        await self._send(message)

    def tell_close(self, code: Any) -> None:
        if not self.is_accepted:
            self.span.tag("http.status_code", 403)  # what servers answer then
            return
        if self.is_closed:
            return  # the other side's answer to the same end
        self.is_closed = True
        if not isinstance(code, int):
            code = _NO_CODE
        self.span.tag("websocket.close_code", code)
        if code in _FAILED_CODES:
            self.span.error(f"closed with {code}")

    def returned(self) -> None:
        """Says that the application is done, as tell_status() does: its messages told all."""

    tell_status = returned


def _status_of(message: Message) -> int:
    """0 when it is none, which is the server's to refuse."""
    status = message.get("status")
    return int(status) if isinstance(status, int) else 0


def _with_header(message: Message, name: bytes, span: Span) -> Message:
    return {**message, "headers": [*message.get("headers", ()), (name, span.trace_id.encode())]}
