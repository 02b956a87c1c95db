# SPDX-License-Identifier: Apache-2.0
"""Server spans of eventlet.wsgi: one for each request, from the end of its headers to the end of
its response, whatever way it ends.

The hook itself is compiled (clew._native.ServerHook), since every request passes it. A response
is watched where it leaves: an application that raises is answered by eventlet, which tells nobody.

Threads: the hooks run on the greenthread of the connection.
"""

from __future__ import annotations

from typing import Any

from clew._native import Exchange, ServerHook
from clew.session import Session


def patch(session: Session, wsgi: Any) -> None:
    """Hooks HttpProtocol.handle_one_response, also for protocols derived from it."""
    tracer, whole = session.tracer, _already_handled(wsgi)
    if tracer is not None:
        session.patches.replace(
            wsgi.HttpProtocol,
            "handle_one_response",
            lambda original: ServerHook(tracer, original, _Body, whole, session.legacy_tags),
        )


def _already_handled(wsgi: Any) -> tuple[type, ...]:
    """The type of the body that says "the application has answered by itself" (websockets)."""
    marker = getattr(wsgi, "ALREADY_HANDLED", None)
    return () if marker is None else (type(marker),)


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
