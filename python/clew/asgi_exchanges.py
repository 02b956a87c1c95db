# SPDX-License-Identifier: Apache-2.0
"""One ASGI request, or WebSocket connection, on its way through clew.asgi(): what passes between
server and application says how it ended.

Threads: the event loop's that serves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from clew import faults
from clew._native import Span
from clew.frameworks.requests import ROUTE, tell_route

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ERROR_STATUS_MIN = 500
# A WebSocket's close codes of RFC 6455, 7.4.1, that say that something went wrong.
NO_CODE = 1005
FAILED_CODES = {1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015}


class Request:
    """One HTTP request: it stands for receive and send towards the application."""

    __slots__ = (
        "_receive",
        "_send",
        "has_trailers",
        "is_abandoned",
        "is_complete",
        "scope",
        "span",
        "status",
        "trace_header",
    )

    def __init__(
        self, span: Span, scope: Scope, receive: Receive, send: Send, trace_header: bytes | None
    ) -> None:
        self.span = span
        self.scope = scope
        self._receive = receive
        self._send = send
        self.trace_header = trace_header
        self.status = 0
        self.has_trailers = False
        self.is_complete = False
        self.is_abandoned = False  # by the client, before the response was complete

    async def receive(self) -> Message:
        message = await self._receive()
        if message.get("type") == "http.disconnect" and not self.is_complete:
            # A middleware may end the response all the same, as if somebody was there to take it.
            self.is_abandoned = True
            self.span.annotate("client disconnected")
        return message

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
            # After a failure, what went wrong may be raised; after a disconnect, nobody waits.
            if self.status < ERROR_STATUS_MIN and not self.is_abandoned:
                self.tell_status()
                self.span.finish()

    def is_last(self, message: Message) -> bool:
        kind = message.get("type")
        if kind == "http.response.trailers":
            return not message.get("more_trailers", False)
        if kind in ("http.response.body", "http.response.zerocopysend"):
            return not self.has_trailers and not message.get("more_body", False)
        return kind == "http.response.pathsend"

    def returned(self) -> None:
        """Says that the application is done, whether or not it has sent a whole response."""
        self.tell_status()
        if self.is_abandoned or not self.is_complete:
            self.span.error("the response was not completed")
        elif self.status >= ERROR_STATUS_MIN:
            self.span.error_status(self.status)

    def raised(self, error: BaseException) -> None:
        """Says what ended the application, unless that is only how it learns of a disconnect."""
        self.tell_status()
        if self.is_abandoned and is_disconnect(error):
            self.span.error("the response was not completed")

    def tell_status(self) -> None:
        """Says what is known by now; of a span that has ended, nothing."""
        if self.status:
            self.span.tag_http("http.status_code", self.status)
        # Of a framework that has no hook here but leaves its route, as Starlette does.
        if ROUTE not in self.scope:
            tell_route(self.scope, getattr(self.scope.get("route"), "path", None))


class Connection:
    """One WebSocket connection."""

    __slots__ = ("_receive", "_send", "close_code", "is_accepted", "span", "trace_header")

    def __init__(
        self, span: Span, _: Scope, receive: Receive, send: Send, trace_header: bytes | None
    ) -> None:
        self.span = span
        self._receive = receive
        self._send = send
        self.trace_header = trace_header
        self.is_accepted = False
        self.close_code: int | None = None  # of who closed it first; None while it is open

    async def receive(self) -> Message:
        message = await self._receive()
        self.see(message)
        return message

    async def send(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "websocket.accept":
            self.is_accepted = True
            self.span.tag_http("http.status_code", 101)
            if self.trace_header is not None:
                message = _with_header(message, self.trace_header, self.span)
        elif kind == "websocket.http.response.start":
            self.span.tag_http("http.status_code", _status_of(message))
        elif kind == "websocket.close":
            self.tell_close(message.get("code", 1000))
        await self._send(message)

    def see(self, message: Message) -> None:
        """Takes note of a message to the application; that the client has gone is one."""
        try:
            if self.is_accepted and message.get("type") == "websocket.disconnect":
                self.tell_close(message.get("code"))
        except Exception:
            faults.report("a WebSocket's message")

    def tell_close(self, code: Any) -> None:
        if not self.is_accepted:
            self.span.tag_http("http.status_code", 403)  # what servers answer then
            return
        if self.close_code is not None:
            return  # the other side's answer to the same end
        self.close_code = code if isinstance(code, int) else NO_CODE
        self.span.tag("websocket.close_code", self.close_code)
        if self.close_code in FAILED_CODES:
            self.span.error(f"closed with {self.close_code}", self.close_code)

    def returned(self) -> None:
        """Does nothing: the messages told all."""

    def raised(self, error: BaseException) -> None:
        """Says what ended the application, unless the connection was closed before, as agreed."""
        if self.is_accepted and self.close_code is None and is_disconnect(error):
            self.see(_at_once(self._receive))  # an application that only sends has not asked
        if self.close_code is None or self.close_code in FAILED_CODES:
            return
        if not is_disconnect(error):
            self.span.annotate(f"{type(error).__name__}: {error}")
        self.span.finish()


def is_disconnect(error: BaseException) -> bool:
    """Whether an exception only says that the client has gone: Starlette's ClientDisconnect and
    WebSocketDisconnect, a server's refusal to send, the end of a task that nobody waits for.
    """
    return "Disconnect" in type(error).__name__ or isinstance(
        error, (OSError, asyncio.CancelledError)
    )


def _at_once(receive: Receive) -> Message:
    """The message that a server has ready for the application; an empty one when it has none."""
    try:
        waiting = receive().__await__()
    except Exception:
        return {}
    try:
        next(waiting)
    except StopIteration as done:
        return done.value if isinstance(done.value, dict) else {}
    except Exception:
        return {}
    close = getattr(waiting, "close", None)
    if close is not None:
        close()
    return {}


def _status_of(message: Message) -> int:
    """0 when it is none, which is the server's to refuse."""
    status = message.get("status")
    return int(status) if isinstance(status, int) else 0


def _with_header(message: Message, name: bytes, span: Span) -> Message:
    return {**message, "headers": [*message.get("headers", ()), (name, span.trace_id.encode())]}
