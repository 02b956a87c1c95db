# SPDX-License-Identifier: Apache-2.0
"""clew.inject() and clew.extract(): a trace crosses a border that no hook of clew's knows, such as
a message queue.

Threads: all at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
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
        sent = replaced_by(pairs)
        put(headers, pairs, lambda name: sent(name) or is_trace_header(name))
    except Exception:
        faults.report("clew.inject()")
    return headers


def replaced_by(pairs: Iterable[tuple[str, str]]) -> Callable[[str | bytes], bool]:
    """Whether a header that an application sends by itself gives way to those that a hook adds: two
    traces would be none. All of B3 does, and of other formats what is sent. Asked by name, in any
    case.
    """
    sent = {name.lower() for name, _ in pairs}
    if "traceparent" in sent:
        sent.add("tracestate")  # it belongs to the other one

    def is_replaced(name: str | bytes) -> bool:
        text = name.decode("latin-1") if isinstance(name, bytes) else name
        lower = text.lower()
        return lower in sent or lower == "b3" or lower.startswith("x-b3-")

    return is_replaced


def put(
    headers: Any, pairs: list[tuple[str, str]], is_replaced: Callable[[str | bytes], bool]
) -> None:
    """Adds pairs to a mapping or to a list of pairs, in place of what is_replaced() says of names;
    without pairs nothing changes.
    """
    if not pairs:
        return
    if isinstance(headers, list):
        is_bytes = bool(headers) and isinstance(headers[0][0], bytes)
        headers[:] = [pair for pair in headers if not is_replaced(pair[0])]
        if is_bytes:
            headers += [(name.encode(), value.encode()) for name, value in pairs]
        else:
            headers += pairs
        return
    for name in [name for name in headers if is_replaced(name)]:
        with contextlib.suppress(KeyError):  # gone with another of its case
            del headers[name]
    for name, value in pairs:
        headers[name] = value


def extract(headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]]) -> Received:
    """Reads what a sender has said about its trace, to be the parent of a span here.

        with clew.span("thumbnail", kind="consumer", parent=clew.extract(message.headers)):
            make_thumbnail(message)

    headers is a mapping or an iterable of pairs; names, in any case, are str or bytes, values too,
    or numbers where a queue has made some of them. Nonsense counts as nothing: the span then begins
    a trace. Never raises.
    """
    found: dict[str, Any] = {}
    try:
        pairs = headers.items() if hasattr(headers, "items") else headers
        for name, value in pairs:
            text, said = _text_of(name), _text_of(value)
            if text is None or said is None:
                continue
            text = text.lower()
            if is_trace_header(text) or text == "baggage":
                found[text] = f"{found[text]},{said}" if text in found else said
    except Exception:
        faults.report("clew.extract()")
    return Received(found)


def _text_of(value: object) -> str | None:
    """Text, bytes, or a number as text; None for everything else."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).decode("latin-1")
    return str(value) if isinstance(value, (str, int)) else None
