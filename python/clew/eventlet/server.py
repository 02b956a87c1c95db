# SPDX-License-Identifier: Apache-2.0
"""Server spans of eventlet.wsgi: one for each request, from the end of its headers to the end of
its response, whatever way it ends.

The response is watched where it leaves, because only there is the status what the client sees (an
application that raises is answered by eventlet), and only there does a client that has gone show.

Threads: the hooks run on the greenthread of the connection.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import faults
from clew.patches import Session

FAILED_STATUS_MIN = 500  # of a response; below, the server did what it should


def patch(session: Session) -> None:
    """Hooks HttpProtocol.handle_one_response, also for protocols derived from it."""
    from eventlet import wsgi

    session.patches.replace(
        wsgi.HttpProtocol,
        "handle_one_response",
        functools.partial(_one_response, session, _already_handled(wsgi)),
    )


def _already_handled(wsgi: Any) -> tuple[type, ...]:
    """The type of the body that says "the application has answered by itself" (websockets)."""
    marker = getattr(wsgi, "ALREADY_HANDLED", None)
    return (list, tuple) if marker is None else (list, tuple, type(marker))


def _one_response(session: Session, whole: tuple[type, ...], original: Any) -> Any:
    @functools.wraps(original)
    def one_response(self):  # type: ignore[no-untyped-def]
        span = _begin(session, self)
        if span is None:
            return original(self)
        wfile, application = self.wfile, self.application
        self.wfile = watch = _Response(wfile, span)
        self.application = functools.partial(_run, application, whole, watch)
        with span:
            try:
                return original(self)
            finally:
                self.wfile, self.application = wfile, application
                watch.tell()

    return one_response


def _begin(session: Session, protocol: Any) -> Any:
    tracer = session.tracer
    if tracer is None:
        return None
    try:
        environ = protocol.environ
        span = tracer.receive(protocol.command.lower(), environ)
        if span.is_sampled:
            target = protocol.path
            port = environ["SERVER_PORT"]
            if port:  # else a Unix socket
                span.local(environ["SERVER_NAME"], int(port))
                peer = protocol.client_address
                span.remote(peer[0], peer[1])
            span.tag("http.method", protocol.command)
            span.tag("http.path", target.partition("?")[0])
            if session.legacy_tags:
                span.tag("http.uri", target)
        return span
    except Exception:
        faults.report("the start of a server span")
        return None


def _run(application: Any, whole: Any, watch: Any, environ: Any, start_response: Any) -> Any:
    """The application, watched for what it raises, at once or while its body is read."""
    try:
        body = application(environ, start_response)
    except BaseException as error:
        watch.failed(error)
        raise
    # A body with a length is whole already, and eventlet asks for its length.
    if isinstance(body, whole) or hasattr(body, "__len__"):
        return body
    return _Body(body, watch)


class _Body:
    """The iterable that an application answers with, watched for what it raises."""

    __slots__ = ("body", "iterator", "watch")

    def __init__(self, body: Any, watch: _Response) -> None:
        self.body = body
        self.iterator = None
        self.watch = watch

    def __iter__(self) -> _Body:
        self.iterator = iter(self.body)
        return self

    def __next__(self) -> Any:
        try:
            return next(self.iterator)  # type: ignore[call-overload]
        except StopIteration:
            raise
        except BaseException as error:
            self.watch.failed(error)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.body, name)  # close(), where there is one


class _Response:
    """The file that a response is written to, watched for its status and for a client that goes."""

    __slots__ = ("has_failed", "span", "status", "wfile")

    def __init__(self, wfile: Any, span: Any) -> None:
        self.wfile = wfile
        self.span = span
        self.status = b""
        self.has_failed = False

    def writelines(self, lines: list[bytes]) -> None:
        if not self.status and lines and lines[0].startswith(b"HTTP/"):
            self.status = lines[0][9:12]
        try:
            self.wfile.writelines(lines)
        except BaseException as error:
            self.failed(error)
            raise

    def flush(self) -> None:
        try:
            self.wfile.flush()
        except BaseException as error:
            self.failed(error)
            raise

    def failed(self, error: BaseException) -> None:
        """Says why the request failed; what follows from the first reason is not another."""
        if not self.has_failed:
            self.has_failed = True
            self.span.error(error)

    def tell(self) -> None:
        """Says on the span how the response went."""
        try:
            if self.status:
                status = self.status.decode("ascii")
                self.span.tag("http.status_code", status)
                if int(status) >= FAILED_STATUS_MIN and not self.has_failed:
                    self.span.error(status)
        except Exception:
            faults.report("the end of a server span")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wfile, name)
