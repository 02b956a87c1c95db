# SPDX-License-Identifier: Apache-2.0
"""What an application says about the request that it is serving.

Outside of a trace, or when the trace is not sampled, these do nothing; they never raise and never
wait. Values that are not text are shown by str().

Threads: all at once; a greenthread adds to the span of the request that it works for.
"""

from __future__ import annotations

import random

from clew._native import Span, current, current_span

ID_MAX = 2**63 - 1  # of generated ids: programs may pack them as signed 64-bit numbers


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


def is_tracing() -> bool:
    """Whether a span is current, sampled or not."""
    return current() is not None


def is_sample() -> bool:
    """Whether what is said about the current request is recorded."""
    span = current()
    return span is not None and span.is_sampled


def get_trace_data() -> Span | None:  # tidy-allow: banned-word the name is the original's
    """The current span, to hand to work that starts without one; see set_trace_data()."""
    return current()


def set_trace_data(trace_data: Span | None) -> None:  # tidy-allow: banned-word the same
    """Makes a span the current one of this greenthread (thread, task).

    TypeError: it is neither a span nor None.
    """
    if trace_data is not None and not isinstance(trace_data, Span):
        raise TypeError(f"trace_data must be what get_trace_data() gave, not {trace_data!r}")
    current_span.set(trace_data)


def init_trace_data() -> None:  # tidy-allow: banned-word the same
    """Leaves this greenthread without a current span; the span itself goes on."""
    current_span.set(None)


def generate_trace_id() -> int:
    """A random number from 1 to ID_MAX. Spans of this library draw their own."""
    return random.randint(1, ID_MAX)


def generate_span_id() -> int:
    """As generate_trace_id()."""
    return random.randint(1, ID_MAX)
