# SPDX-License-Identifier: Apache-2.0
"""What client spans have in common: how one begins, with the headers that carry it on, and how it
ends. Those of http.client begin and end in parts: clew/http_client.py.

A span is named after the method alone: paths would make as many names as there are URLs. The tag
http.host says who is called where the remote address does not: through a proxy, whose address that
is, and where no connection came about; the stable names say it always (clew/conventions.py).

Threads: whichever makes the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from clew import faults
from clew.headers import put, replaced_by
from clew.session import Session

ERROR_STATUS_MIN = 400  # of a response; the call failed, for who made it
DEFAULT_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Who is called. As text it is what the header Host has: "a", "a:8080", "[::1]:8080"; no port
    where it is usual.
    """

    host: str
    port: int | None
    default_port: int | None

    def __str__(self) -> str:
        is_bare = ":" in self.host and not self.host.startswith("[")
        name = f"[{self.host}]" if is_bare else self.host
        return name if self.port in (None, self.default_port) else f"{name}:{self.port}"


def begin(
    session: Session,
    library: str,
    method: str,
    headers: Any,
    path: Callable[[], str],
    origin: Callable[[], Origin],
    is_behind_proxy: Callable[[], bool] = lambda: False,
) -> Any:
    """Starts the span of a request, and adds its headers to those of the request.

    path(), origin() and is_behind_proxy(), of the origin, are asked when the span is recorded.
    None, without an exception, when there is no span.
    """
    tracer = session.tracer
    if tracer is None:
        return None
    span = None
    try:
        span = tracer.start(method.lower(), "client")
        pairs = span.inject()
        put(headers, pairs, replaced_by(pairs))
        if span.is_sampled:
            span.tag_http("http.method", method)
            span.tag_http("http.path", path())
            tag_origin(session, span, origin, is_behind_proxy())
        return span
    except Exception:
        faults.report(f"the start of a client span of {library}")
        if span is not None:
            span.abandon()
        return None


def end(span: Any, library: str, status: int, tell_peer: Callable[[], None]) -> None:
    """Ends the span with the response's status. tell_peer() says, if it can, where it came from."""
    try:
        if span.is_sampled:
            span.tag_http("http.status_code", status)
            if status >= ERROR_STATUS_MIN:
                span.error(str(status))
            tell_peer()
    except Exception:
        faults.report(f"the end of a client span of {library}")
    span.finish()


def tag_origin(session: Session, span: Any, origin: Callable[[], Origin], is_hidden: bool) -> None:
    """Says who is called. is_hidden: the span's remote address does not say that."""
    if is_hidden:
        span.tag_http("http.host", origin())
    if session.conventions is not None:
        host, port, default_port = origin()
        if host:
            span.tag("server.address", host.strip("[]"))
        if port or default_port:
            span.tag("server.port", port or default_port)


def fail(span: Any, error: BaseException, origin: Callable[[], Origin] | None = None) -> None:
    """Ends the span of a request that has no response. origin() says whom it was for, where no
    address is known.
    """
    try:
        if origin is not None and span.is_sampled:
            span.tag_http("http.host", origin())
    except Exception:
        faults.report("the host of a client span")
    span.error(error)
    span.finish()


def is_refusal(error: BaseException) -> bool:
    """Whether the call in whose `except` this is asked was refused for its arguments: an exception
    from inside it would have a frame below the caller's. Nothing has been sent then.
    """
    traceback = error.__traceback__
    return isinstance(error, TypeError) and traceback is not None and traceback.tb_next is None
