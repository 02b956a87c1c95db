# SPDX-License-Identifier: Apache-2.0
"""Client spans and outgoing headers for everything that is built on http.client: requests, urllib3,
botocore, plain HTTPConnection.

A span begins when the headers are sent (connecting is part of it) and ends when the response's
headers are there. It lives on the connection, because the parts of one exchange may run in
different greenthreads. It stays there while a call is refused: urllib3 1.x first passes
getresponse() an argument that http.client does not take, and calls again without it.

Threads: the hooks run on whichever thread uses a connection.
"""

from __future__ import annotations

import functools
import urllib.parse
from typing import Any

from clew import client_spans, faults
from clew.client_spans import DEFAULT_PORTS, ERROR_STATUS_MIN, Origin
from clew.headers import replaced_by
from clew.session import Session

# Set on connections, in their instance dictionary.
_REQUEST = "_clew_request"  # (method, target) between putrequest() and endheaders()
_BEGUN = "_clew_begun"  # the span of a request whose endheaders() was refused
EARLY = "_clew_early"  # a span that began with connecting: clew/early_connect.py
SPAN = "_clew_span"  # between endheaders() and getresponse()
_CAUSE = "_clew_cause"  # why the request fails if nothing else comes of SPAN before close()
# What else to say of the request, by who knows more than HTTP: called with the span, when it is
# sampled, and the connection, once the headers are complete.
DESCRIBE = "_clew_describe"


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
        _, target = vars(self).get(_REQUEST, ("", ""))
        span = _begin(session, self)
        if span is None:
            return original(self, *args, **keywords)
        try:
            result = original(self, *args, **keywords)
        except BrokenPipeError as error:
            # The server may have answered before it closed: urllib3 goes on to read that answer.
            _keep(self, span, error)
            raise
        except BaseException as error:
            if _is_unsent(self, error):
                vars(self)[_BEGUN] = span
            else:
                _tell_host(self, span, target)
                client_spans.fail(span, error)
            raise
        _keep(self, span)
        _tell_peer(self, span)
        return result

    return endheaders


def _getresponse(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def getresponse(self, *args, **keywords):  # type: ignore[no-untyped-def]
        span = vars(self).pop(SPAN, None)
        if span is None:
            return original(self, *args, **keywords)
        try:
            response = original(self, *args, **keywords)
        except BaseException as error:
            if _may_be_repeated(error):
                _keep(self, span, error)
            else:
                client_spans.fail(span, error)
            raise
        tell_status(span, getattr(response, "status", None))
        span.finish()
        return response

    return getresponse


def _close(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def close(self, *args, **keywords):  # type: ignore[no-untyped-def]
        try:
            result = original(self, *args, **keywords)
        except BaseException as error:
            if not client_spans.is_refusal(error):
                _forget(self)
            raise
        _forget(self)
        return result

    return close


def _keep(connection: Any, span: Any, cause: BaseException | None = None) -> None:
    """Leaves the span of a request that was sent on its connection, until something comes of it.

    cause: why the request fails if nothing does. Kept as text, with its type: an exception would
    keep its frames.
    """
    _forget(connection)
    values = vars(connection)
    values[SPAN] = span
    if cause is not None:
        kind = type(cause).__name__
        values[_CAUSE] = f"{kind}: {cause}", kind


def _forget(connection: Any) -> None:
    """Ends what is under way: a request that has had no response, or was not even sent."""
    values = vars(connection)
    values.pop(_REQUEST, None)
    begun, span = values.pop(_BEGUN, None), values.pop(SPAN, None)
    cause, kind = values.pop(_CAUSE, ("closed before the response", None))
    if begun is not None:
        begun.abandon()
    if span is not None:
        span.error(cause, kind)
        span.finish()


def _may_be_repeated(error: BaseException) -> bool:
    """Whether getresponse() has read nothing: its arguments were wrong, or the previous response is
    unread. The latter by its name: each copy of http.client has an exception of its own.
    """
    return isinstance(error, TypeError) or type(error).__name__ == "ResponseNotReady"


def _is_unsent(connection: Any, error: BaseException) -> bool:
    """Whether endheaders() was refused for its arguments: the headers are still to be sent."""
    return isinstance(error, TypeError) and bool(getattr(connection, "_buffer", None))


def tell_status(span: Any, status: object) -> None:
    """Says how the server answered, where the application's own response_class has that."""
    if not isinstance(status, int):
        return
    span.tag_http("http.status_code", status)
    if status >= ERROR_STATUS_MIN:
        span.error(str(status))


def _begin(session: Session, connection: Any) -> Any:
    """Starts the span of the request whose headers are complete, and adds its headers."""
    begun = vars(connection).pop(_BEGUN, None)
    if begun is not None:
        return begun
    request = vars(connection).pop(_REQUEST, None)
    tracer = session.tracer
    if request is None or tracer is None:
        return None
    span = None
    try:
        method, target = request
        span = vars(connection).pop(EARLY, None) or tracer.start(method.lower(), "client")
        headers = span.inject() if method != "CONNECT" else []  # that goes to a proxy
        if headers:
            _drop_replaced(connection, headers)
        for name, value in headers:
            connection.putheader(name, value)
        if span.is_sampled:
            _describe(session, span, connection, method, target)
        return span
    except Exception:
        faults.report("the start of a client span")
        if span is not None:
            span.abandon()
        return None


def _describe(session: Session, span: Any, connection: Any, method: str, target: str) -> None:
    span.tag_http("http.method", method)
    span.tag_http("http.path", path_of(target))
    proxied = _proxied(connection, target)
    client_spans.tag_origin(
        session, span, lambda: proxied or _peer(connection), proxied is not None
    )
    describe = vars(connection).get(DESCRIBE)
    if describe is not None:
        describe(span, connection)


def path_of(target: str) -> str:
    """The path of a request target, without the query: "/a" of "/a?b", and of "http://h/a?b"."""
    path = target.partition("?")[0]
    if path.startswith("/") or "://" not in path:
        return path
    return "/" + path.partition("://")[2].partition("/")[2]


def _proxied(connection: Any, target: str) -> Origin | None:
    """The host that is called through a proxy: by a tunnel, or by a target that names it."""
    host = getattr(connection, "_tunnel_host", None)
    if host:
        return Origin(_text(host), connection._tunnel_port, connection.default_port)
    if target.startswith("/") or "://" not in target:
        return None
    try:
        url = urllib.parse.urlsplit(target)
        default = DEFAULT_PORTS.get(url.scheme)
        port = url.port or default
    except ValueError:  # the proxy's to refuse
        return None
    if not url.hostname or (url.hostname, port) == (connection.host, connection.port):
        return None  # it is the peer
    return Origin(url.hostname, port, default)


def _peer(connection: Any, pool: Any = None) -> Origin:
    peer = connection if pool is None else pool
    default = connection.default_port
    return Origin(_text(peer.host), peer.port or default, default)


def _text(host: str | bytes) -> str:
    return host.decode("latin-1") if isinstance(host, bytes) else host


def origin_called(connection: Any, target: str, pool: Any = None) -> Origin:
    """Who is called, through a proxy or not; pool: see clew/early_connect.py."""
    return _proxied(connection, target) or _peer(connection, pool)


def _drop_replaced(connection: Any, headers: list[tuple[str, str]]) -> None:
    """Takes out the trace headers that the application itself passed on."""
    lines = getattr(connection, "_buffer", ())
    is_replaced = replaced_by(headers)
    if any(is_replaced(line.partition(b":")[0]) for line in lines):
        lines[:] = [line for line in lines if not is_replaced(line.partition(b":")[0])]


def _tell_host(connection: Any, span: Any, target: str) -> None:
    """Says whom a request was for that found no peer, and so has no address of one."""
    try:
        if connection.sock is None:
            span.tag_http("http.host", origin_called(connection, target))
    except Exception:
        faults.report("the host of a client span")


def _tell_peer(connection: Any, span: Any) -> None:
    """Says which address the connection leads to: the server, or the proxy before it."""
    try:
        getpeername = getattr(connection.sock, "getpeername", None)  # TLS within TLS has none
        if getpeername is not None and span.is_sampled:
            address = getpeername()
            if isinstance(address, tuple):  # else a Unix socket's path
                span.remote(address[0], address[1])
    except OSError:
        pass  # the peer is gone already; getresponse() will tell
    except Exception:
        faults.report("the address of a client span")
