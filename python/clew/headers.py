# SPDX-License-Identifier: Apache-2.0
"""clew.inject() and clew.extract(): a trace crosses a border that no hook of clew's knows, such as
a message queue.

Threads: all at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from clew import faults
from clew._native import Span, current

Carrier = TypeVar("Carrier")
_OTHER_NAMES = frozenset({"b3", "traceparent", "tracestate"})


class Received:
    """What a sender has said about its trace: a parent for clew.span(). Made by extract()."""

    __slots__ = ("headers",)

    def __init__(self, headers: dict[str, Any]) -> None:
        self.headers = headers


def is_trace_header(name: str | bytes) -> bool:
    """Whether a header's name, in any case, is one that only tracing uses."""
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    lower = text.lower()
    return lower in _OTHER_NAMES or lower.startswith("x-b3-")


def inject(headers: Carrier, span: Span | None = None) -> Carrier:
    """Adds the headers that carry the current span, or `span`, to the next service.

    headers is a mutable mapping of names to values, or a list of pairs, of str, or of bytes where
    there are bytes in it already; it is changed and returned. Trace headers that are in it already
    are replaced, whatever their case. Without a current span nothing changes.
    """
    try:
        carried = current() if span is None else span
        pairs = [] if carried is None else carried.inject()
        if pairs:
            put(headers, pairs)
    except Exception:
        faults.report("clew.inject()")
    return headers


def put(headers: Any, pairs: list[tuple[str, str]]) -> None:
    """Replaces the trace headers of a mapping or of a list of pairs."""
    names = {name.lower() for name, _ in pairs}
    if isinstance(headers, list):
        headers[:] = [pair for pair in headers if not _is_ours(pair[0], names)]
        if headers and isinstance(headers[0][0], bytes):
            headers += [(name.encode(), value.encode()) for name, value in pairs]
        else:
            headers += pairs
        return
    for name in [name for name in headers if _is_ours(name, names)]:
        with contextlib.suppress(KeyError):  # gone with another of its case
            del headers[name]
    for name, value in pairs:
        headers[name] = value


def _is_ours(name: str | bytes, names: set[str]) -> bool:
    if is_trace_header(name):
        return True
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    return text.lower() in names


def extract(headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> Received:
    """Reads what a sender has said about its trace, to be the parent of a span here.

        with clew.span("thumbnail", kind="consumer", parent=clew.extract(message.headers)):
            make_thumbnail(message)

    headers is a mapping or an iterable of pairs; names, in any case, and values are str or bytes.
    Nonsense counts as nothing: the span then begins a trace. Never raises.
    """
    found: dict[str, Any] = {}
    try:
        pairs = headers.items() if hasattr(headers, "items") else headers
        for name, value in pairs:
            text = name.decode("latin-1") if isinstance(name, bytes) else name
            if is_trace_header(text) or text.lower() == "baggage":
                text = text.lower()
                if isinstance(value, bytes):
                    value = value.decode("latin-1")
                found[text] = f"{found[text]},{value}" if text in found else value
    except Exception:
        faults.report("clew.extract()")
    return Received(found)
