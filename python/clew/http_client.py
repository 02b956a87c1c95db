# SPDX-License-Identifier: Apache-2.0
"""Client spans and outgoing headers for everything that is built on http.client: requests, urllib3,
botocore, plain HTTPConnection.

A span begins when the headers are sent (connecting is part of it) and ends when the response's
headers are there. It lives on the connection, because the parts of one exchange may run in
different greenthreads.

Threads: the hooks run on whichever thread uses a connection.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import faults
from clew.headers import replaced_by
from clew.session import Session

# Set on connections, in their instance dictionary.
_REQUEST = "_clew_request"  # (method, target) between putrequest() and endheaders()
SPAN = "_clew_span"  # between endheaders() and getresponse()
# What else to say of the request, by who knows more than HTTP: called with the span, when it is
# sampled, and the connection, once the headers are complete.
DESCRIBE = "_clew_describe"

ERROR_STATUS_MIN = 400  # of a response; the call failed, for who made it


def patch(session: Session, module: Any) -> None:
    """Hooks HTTPConnection of http.client, or of its copy eventlet.green.http.client."""
    connection = module.HTTPConnection
    hooks = {
        "putrequest": _putrequest,
        "endheaders": _endheaders,
        "getresponse": _getresponse,
        "close": _close,
    }
    for name, hook in hooks.items():
        session.patches.replace(connection, name, functools.partial(hook, session))


def _putrequest(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def putrequest(self, method, url, *args, **keywords):  # type: ignore[no-untyped-def]
        result = original(self, method, url, *args, **keywords)
        if session.tracer is not None:
            vars(self)[_REQUEST] = (method, url)
        return result

    return putrequest


def _endheaders(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def endheaders(self, *args, **keywords):  # type: ignore[no-untyped-def]
        span = _begin(session, self)
        if span is None:
            return original(self, *args, **keywords)
        try:
            result = original(self, *args, **keywords)
        except BrokenPipeError:
            # The server may have answered before it closed: urllib3 goes on to read that answer.
            vars(self)[SPAN] = span
            raise
        except BaseException as error:
            span.error(error)
            span.finish()
            raise
        vars(self)[SPAN] = span
        _tell_peer(self, span)
        return result

    return endheaders


def _getresponse(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def getresponse(self, *args, **keywords):  # type: ignore[no-untyped-def]
        span = vars(self).pop(SPAN, None)
        if span is None:
            return original(self, *args, **keywords)
        with finishing(span):
            response = original(self, *args, **keywords)
            tell_status(span, getattr(response, "status", None))
            return response

    return getresponse


def _close(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def close(self, *args, **keywords):  # type: ignore[no-untyped-def]
        span = vars(self).pop(SPAN, None)
        if span is not None:
            span.error("closed before the response")
            span.finish()
        return original(self, *args, **keywords)

    return close


class finishing:
    """Finishes a span that is not the current one; what leaves the block becomes its error."""

    __slots__ = ("span",)

    def __init__(self, span: Any) -> None:
        self.span = span

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if error is not None:
            self.span.error(error)
        self.span.finish()


def tell_status(span: Any, status: object) -> None:
    """Says how the server answered, where the application's own response_class has that."""
    if not isinstance(status, int):
        return
    span.tag("http.status_code", status)
    if status >= ERROR_STATUS_MIN:
        span.error(str(status))


def _begin(session: Session, connection: Any) -> Any:
    """Starts the span of the request whose headers are complete, and adds its headers."""
    request = vars(connection).pop(_REQUEST, None)
    tracer = session.tracer
    if request is None or tracer is None:
        return None
    span = None
    try:
        method, target = request
        span = tracer.start(method.lower(), "client")
        headers = span.inject()
        if headers:
            _drop_replaced(connection, headers)
        for name, value in headers:
            connection.putheader(name, value)
        span.tag("http.method", method)
        span.tag("http.path", path_of(target))
        describe = vars(connection).get(DESCRIBE)
        if describe is not None and span.is_sampled:
            describe(span, connection)
        return span
    except Exception:
        faults.report("the start of a client span")
        if span is not None:
            span.abandon()
        return None


def path_of(target: str) -> str:
    """The path of a request target, without the query: "/a" of "/a?b", and of "http://h/a?b"."""
    path = target.partition("?")[0]
    if path.startswith("/") or "://" not in path:
        return path
    return "/" + path.partition("://")[2].partition("/")[2]


def _drop_replaced(connection: Any, headers: list[tuple[str, str]]) -> None:
    """Takes out the trace headers that the application itself passed on."""
    lines = getattr(connection, "_buffer", ())
    is_replaced = replaced_by(headers)
    if any(is_replaced(line.partition(b":")[0]) for line in lines):
        lines[:] = [line for line in lines if not is_replaced(line.partition(b":")[0])]


def _tell_peer(connection: Any, span: Any) -> None:
    """Says which address the connection leads to: the server, or the proxy before it."""
    try:
        sock = connection.sock
        if sock is not None and span.is_sampled:
            address = sock.getpeername()
            if isinstance(address, tuple):  # else a Unix socket's path
                span.remote(address[0], address[1])
    except OSError:
        pass  # the peer is gone already; getresponse() will tell
    except Exception:
        faults.report("the address of a client span")
