# SPDX-License-Identifier: Apache-2.0
"""By which names HTTP is tagged: those that Zipkin's users know, OpenTelemetry's stable ones, or
both. Chosen once, when tracing is turned on; the names themselves are in extension/conventions.c.
"""

from __future__ import annotations

import os

VARIABLE = "OTEL_SEMCONV_STABILITY_OPT_IN"
WORDS = ("http", "http/dup", "database", "database/dup")


def chosen(asked: str | None) -> str | None:
    """What Tracer.use_conventions() takes, of what enable() was asked or else of the environment.

    A list with commas, of which database is for others. Unknown words are ignored in the variable,
    which is for all the instrumentation of a process, and are errors of an argument.
    """
    if asked is not None and not isinstance(asked, str):
        raise TypeError(f"conventions must be str, not {asked!r}")
    text = asked if asked is not None else os.environ.get(VARIABLE, "")
    words = [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word and word not in WORDS]
    if asked is not None and unknown:
        raise ValueError(f"conventions must be a list of {', '.join(WORDS)}, not {asked!r}")
    return "http/dup" if "http/dup" in words else "http" if "http" in words else None
