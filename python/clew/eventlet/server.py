# SPDX-License-Identifier: Apache-2.0
"""Server spans of eventlet.wsgi: one for each request, from the end of its headers to the end of
its response, whatever way it ends.

A response is watched where it leaves (clew._native.Exchange): an application that raises is
answered by eventlet, which tells nobody.

Threads: the hooks run on the greenthread of the connection.
"""

from __future__ import annotations

import functools
from typing import Any

from clew import faults
from clew._native import Exchange
from clew.session import Session


def patch(session: Session, wsgi: Any) -> None:
    """Hooks HttpProtocol.handle_one_response, also for protocols derived from it."""
    session.patches.replace(
        wsgi.HttpProtocol,
        "handle_one_response",
        functools.partial(_one_response, session, _already_handled(wsgi)),
    )


def _already_handled(wsgi: Any) -> tuple[type, ...]:
    """The type of the body that says "the application has answered by itself" (websockets)."""
    marker = getattr(wsgi, "ALREADY_HANDLED", None)
    return () if marker is None else (type(marker),)


def _one_response(session: Session, whole: tuple[type, ...], original: Any) -> Any:
    @functools.wraps(original)
    def one_response(self):  # type: ignore[no-untyped-def]
        tracer = session.tracer
        if tracer is None:
            return original(self)
        try:
            span = tracer.receive_http(self.command, self.path, self.environ, self.client_address)
            if session.legacy_tags:
                span.tag("http.uri", self.path)
        except Exception:
            faults.report("the start of a server span")
            return original(self)
        if not span.is_sampled:
            with span:
                return original(self)
        wfile, application = self.wfile, self.application
        self.wfile = self.application = exchange = Exchange(span, application, wfile, _Body, whole)
        with span:
            try:
                return original(self)
            finally:
                self.wfile, self.application = wfile, application
                exchange.tell_status()

    return one_response


class _Body:
    """The iterable that an application answers with, watched for what it raises."""

    __slots__ = ("body", "exchange", "iterator")

    def __init__(self, body: Any, exchange: Exchange) -> None:
        self.body = body
        self.exchange = exchange
        self.iterator = None

    def __iter__(self) -> _Body:
        self.iterator = iter(self.body)
        return self

    def __next__(self) -> Any:
        try:
            return next(self.iterator)  # type: ignore[call-overload]
        except StopIteration:
            raise
        except BaseException as error:
            self.exchange.failed(error)
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self.body, name)  # close(), where there is one
