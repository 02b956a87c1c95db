# SPDX-License-Identifier: Apache-2.0
"""What an application lets travel with its trace: names and values that each service further down
can read, sent in the header `baggage` where the option propagation has it.

    clew.baggage.put("tenant", "acme")
    clew.baggage.get("tenant")

It belongs to the current span and goes on to calls made and spans started below it, from then on;
it is no tag and is not recorded. Outside of a trace there is none. Nothing here raises because of
tracing.

Threads: those of the current span.
"""

from __future__ import annotations

from clew._native import current


def get(name: str, default: str | None = None) -> str | None:
    """The value of a name, or the default when there is none."""
    return items().get(name, default)


def items() -> dict[str, str]:
    """All names and values, as a dict of the caller's own."""
    span = current()
    return {} if span is None else span.baggage


def put(name: str, value: str | None) -> bool:
    """Sets the value of a name, or takes it out for None, for what comes below the current span.

    False, and nothing has changed, when it cannot travel: outside of a trace, for a name that is no
    token of HTTP (RFC 9110, 5.6.2), and past the limits of W3C Baggage: 64 members, 8192 bytes.
    """
    span = current()
    return span is not None and span.set_baggage(name, value)
