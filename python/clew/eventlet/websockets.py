# SPDX-License-Identifier: Apache-2.0
"""WebSockets of eventlet: their server span is named "websocket" and has the tags http.status_code
(101) and websocket.close_code, as under clew.asgi(). Neither passes through eventlet.wsgi.

Threads: the hooks run on the greenthread of the connection.
"""

from __future__ import annotations

import functools
import struct
from types import ModuleType
from typing import Any

from clew import faults
from clew.asgi_exchanges import FAILED_CODES, NO_CODE
from clew.frameworks.requests import span_of
from clew.session import Session

ABNORMAL_CODE = 1006  # what RFC 6455 calls an end without a word
NORMAL_CODE = 1000
_SPAN = "_clew_span"  # on a connection, until it is closed


def patch(session: Session, module: ModuleType) -> None:
    """Hooks eventlet.websocket."""
    replace = session.patches.replace
    for name in ("_handle_hybi_request", "_handle_legacy_request"):
        replace(module.WebSocketWSGI, name, _accepting)
    replace(module.RFC6455WebSocket, "_send_closing_frame", _closing)
    closed = module.ConnectionClosedError
    replace(module.RFC6455WebSocket, "_get_bytes", functools.partial(_reading, closed))


def _accepting(original: Any) -> Any:
    @functools.wraps(original)
    def accepting(self, environ):  # type: ignore[no-untyped-def]
        connection = original(self, environ)
        try:
            span = span_of(environ)
            if span is not None:
                span.set_name("websocket")
                span.tag_http("http.status_code", 101)
                vars(connection)[_SPAN] = span
        except Exception:
            faults.report("the handshake of a WebSocket")
        return connection

    return accepting


def _closing(original: Any) -> Any:
    @functools.wraps(original)
    def closing(self, *args, **keywords):  # type: ignore[no-untyped-def]
        sent = args[1] if len(args) > 1 else keywords.get("close_data")
        _tell_close(self, _code_of(self, sent))
        return original(self, *args, **keywords)

    return closing


def _reading(closed: Any, original: Any) -> Any:
    @functools.wraps(original)
    def reading(self, count):  # type: ignore[no-untyped-def]
        try:
            return original(self, count)
        except (closed, OSError):
            _tell_close(self, ABNORMAL_CODE)
            raise

    return reading


def _code_of(connection: Any, sent: Any) -> int:
    """The code of the end that was first: the client's, or else what is sent now."""
    received = getattr(connection, "_remote_close_data", None)
    if received is not None and len(received) < 2:
        return NO_CODE
    if received is not None:
        code: int = struct.unpack_from("!H", received)[0]
        return code
    return NORMAL_CODE if sent is None else int(sent[0])


def _tell_close(connection: Any, code: int) -> None:
    try:
        span = vars(connection).pop(_SPAN, None)
        if span is not None:
            span.tag("websocket.close_code", code)
            if code in FAILED_CODES:
                span.error(f"closed with {code}", code)
    except Exception:
        faults.report("the end of a WebSocket")
