# SPDX-License-Identifier: Apache-2.0
"""What the client spans of httpx and aiohttp have in common: how one begins, with the headers that
carry it on, and how it ends. Those of http.client live on connections: clew/http_client.py.

Threads: whichever makes the request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clew import faults
from clew.headers import put, replaced_by
from clew.session import Session

ERROR_STATUS_MIN = 400  # of a response; the call failed, for who made it


def begin(
    session: Session, library: str, method: str, headers: Any, path: Callable[[], str]
) -> Any:
    """Starts the span of a request, and adds its headers to those of the request.

    path() is asked when the span is recorded. None, without an exception, when there is no span.
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
            span.tag("http.method", method)
            span.tag("http.path", path())
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
            span.tag("http.status_code", status)
            if status >= ERROR_STATUS_MIN:
                span.error(str(status))
            tell_peer()
    except Exception:
        faults.report(f"the end of a client span of {library}")
    span.finish()


def fail(span: Any, error: BaseException) -> None:
    """Ends the span of a request that has no response."""
    span.error(error)
    span.finish()
