# SPDX-License-Identifier: Apache-2.0
"""What a program says of clew, for a checker of types: every call of the general face.

mypy --strict reads it (tests/test_typing.py); nobody runs it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import clew
import clew.baggage
from clew.eventlet import api, patcher

tracer: clew.Tracer = clew.enable(
    service_name="thumbnails",
    endpoint="http://127.0.0.1:9411/api/v2/spans",
    sampler=lambda name, path: path != "/health",
    trace_id_bits=128,
    hooks=["httpx", "logging"],
    log_annotations="WARNING",
)


@clew.traced
def resize(width: int, *, height: int = 1) -> bytes:
    with clew.span("decode", kind="client", width=width) as span:
        span.tag("format", "jpeg")
        span.annotate("cache miss")
        span.error(ValueError("no picture"))
    return b"" * height


@clew.traced(name="store", kind="producer", bucket="thumbs")
async def store(picture: bytes) -> int:
    return len(picture)


@clew.traced
def parts() -> Iterator[bytes]:
    yield resize(1, height=2)


@clew.traced
async def later() -> AsyncIterator[int]:
    yield await store(b"")


def receive(headers: dict[str, str]) -> str:
    with clew.span("receive", kind="consumer", parent=clew.extract(headers)) as span:
        sent: dict[str, str] = clew.inject({"Accept": "*/*"})
        pairs: list[tuple[str, str]] = clew.inject([("Accept", "*/*")])
        found: str | None = clew.baggage.get("tenant")
        done: bool = clew.baggage.put("tenant", found or "none")
        current: clew.Span | None = clew.current()
        return f"{span.trace_id}{sent}{pairs}{current}{done}"


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [])
    return [b"hello"]


async def asynchronous(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    await send({"type": "http.response.start", "status": 200})


wsgi = clew.wsgi(application, skip=["/health"], tags={"HTTP_USER_AGENT": "http.user_agent"})
asgi = clew.asgi(asynchronous, trace_header="X-Trace-Id")
sent_all: bool = clew.flush(1.0)
finished: int = tracer.stats()["finished"]
other: clew.Tracer | None = clew.tracer()
patcher.enable_trace_patch("127.0.0.1", 9410, trace_app_log=True, sampling_rate=0.1)
api.put_annotation("cache miss")
clew.disable()
