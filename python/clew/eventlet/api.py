# SPDX-License-Identifier: Apache-2.0
"""What an application says about the request that it is serving.

Outside of a trace, or when the trace is not sampled, these do nothing; they never raise and never
wait. Values that are not text are shown by str().

Threads: all at once; a greenthread adds to the span of the request that it works for.
"""

from __future__ import annotations

from clew._native import current


def put_annotation(msg: object, endpoint: object = None) -> None:
    """Says that something happened now: put_annotation("cache miss").

    endpoint is accepted for programs written for eventlet.zipkin and not used: Zipkin knows one
    endpoint a span.
    """
    span = current()
    if span is not None:
        span.annotate(msg)


def put_key_value(key: object, value: object, endpoint: object = None) -> None:
    """Says something about the request as a whole: put_key_value("user", name).

    A key said twice keeps the later value. endpoint: as in put_annotation().
    """
    span = current()
    if span is not None:
        span.tag(key, value)
