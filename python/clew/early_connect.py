# SPDX-License-Identifier: Apache-2.0
"""urllib3 and httplib2 may connect before they send: for TLS, through a tunnel, or always. Their
spans begin with that, and a connection that fails is a span, though http.client is never asked for
a request then. A tunnel that a proxy refuses is a span named "connect".

Threads: the hooks run on whichever thread makes a request.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from clew import client_spans, faults, http_client
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks urllib3.connectionpool or httplib2."""
    replace = session.patches.replace
    if module.__name__ == "httplib2":
        replace(module.Http, "_conn_request", functools.partial(_conn_request, session))
    else:
        pool, tls = module.HTTPConnectionPool, module.HTTPSConnectionPool
        replace(pool, "_make_request", functools.partial(_make_request, session))
        replace(tls, "_prepare_proxy", functools.partial(_prepare_proxy, session))


def _make_request(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def _make_request(self, *args, **keywords):  # type: ignore[no-untyped-def]
        call = functools.partial(original, self, *args, **keywords)
        if len(args) < 3:
            return call()
        connection, method, target = args[:3]
        return _within(session, connection, method, target, call, self)

    return _make_request


def _conn_request(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def _conn_request(self, *args, **keywords):  # type: ignore[no-untyped-def]
        call = functools.partial(original, self, *args, **keywords)
        if len(args) < 3:
            return call()
        connection, target, method = args[:3]
        return _within(session, connection, method, target, call)

    return _conn_request


def _prepare_proxy(session: Session, original: Any) -> Any:
    @functools.wraps(original)
    def _prepare_proxy(self, *args, **keywords):  # type: ignore[no-untyped-def]
        call = functools.partial(original, self, *args, **keywords)
        return call() if not args else _within(session, args[0], "CONNECT", None, call, self)

    return _prepare_proxy


def _within(
    session: Session,
    connection: Any,
    method: Any,
    target: str | None,
    call: Callable[[], Any],
    pool: Any = None,
) -> Any:
    """Calls with a span on the connection, which the request takes over once it is sent.

    pool: of urllib3, which knows the origin behind a tunnel; the connection forgets it.
    """
    span = _begin(session, connection, method)
    if span is None:
        return call()
    try:
        result = call()
    except BaseException as error:
        if client_spans.is_refusal(error):
            _drop(connection, span)
        else:
            _fail(session, connection, span, method, target, error, pool)
        raise
    _drop(connection, span)
    return result


def _begin(session: Session, connection: Any, method: Any) -> Any:
    """None where the connection is there already: the request's own span is enough then."""
    tracer = session.tracer
    if tracer is None or getattr(connection, "sock", None) is not None:
        return None
    try:
        span = vars(connection)[http_client.EARLY] = tracer.start(method.lower(), "client")
        return span
    except Exception:
        faults.report("the start of a client span")
        return None


def _is_left(connection: Any, span: Any) -> bool:
    """Whether no request has taken the span over; it is on the connection no more then."""
    values = vars(connection)
    if values.get(http_client.EARLY) is not span:
        return False
    del values[http_client.EARLY]
    return True


def _drop(connection: Any, span: Any) -> None:
    if _is_left(connection, span):
        span.abandon()


def _fail(
    session: Session,
    connection: Any,
    span: Any,
    method: str,
    target: str | None,
    error: BaseException,
    pool: Any,
) -> None:
    if not _is_left(connection, span):
        return  # the request has told what became of it
    try:
        span.tag_http("http.method", method)
        if target is not None:
            span.tag_http("http.path", http_client.path_of(target))
        origin = http_client.origin_called(connection, target or "", pool)
        client_spans.tag_origin(session, span, lambda: origin, True)
    except Exception:
        faults.report("a connection that failed")
    client_spans.fail(span, error)
