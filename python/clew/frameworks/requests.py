# SPDX-License-Identifier: Apache-2.0
"""How the hooks of frameworks say what they know, and never harm the request.

A carrier is the environ of a WSGI request (PEP 3333) or the scope of an ASGI one: it has the span.

Threads: whichever serves the request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew import faults
from clew._native import Span

SPAN = "clew.span"  # in a carrier: the span of the request; None when it is not to be traced
ROUTE = "clew.route"  # in a carrier: the route that its span was told last
MOUNT = "clew.mount"  # in a scope: the template of the path that the application is mounted at


def span_of(carrier: Mapping[str, Any]) -> Span | None:
    """The recorded span of a request that has not ended."""
    span = carrier.get(SPAN)
    return span if isinstance(span, Span) and span.is_open and span.is_sampled else None


def tell_route(carrier: Any, template: Any) -> None:
    """Says which route matched. template: as the framework spells it, below the mount."""
    try:
        span = span_of(carrier)
        if span is not None and isinstance(template, str):
            route = mount_of(carrier).rstrip("/") + rooted(template)
            span.set_route(method_of(carrier), route or "/")
            carrier[ROUTE] = route
    except Exception:
        faults.report("the route of a request")


def tell_cause(carrier: Any, error: Any) -> None:
    """Says which exception the framework is about to answer."""
    try:
        span = span_of(carrier)
        if span is not None and isinstance(error, BaseException):
            span.set_cause(error)
    except Exception:
        faults.report("the exception of a request")


def method_of(carrier: Mapping[str, Any]) -> str:
    method: str = carrier.get("REQUEST_METHOD") or carrier.get("method") or "websocket"
    return method


def mount_of(carrier: Mapping[str, Any]) -> str:
    """The path that the application is mounted at; empty at the root."""
    if "REQUEST_METHOD" in carrier:
        script: str = carrier.get("SCRIPT_NAME", "")
        # As in all of WSGI, each character is a byte of the path.
        return script.encode("latin-1").decode("utf-8", "replace")
    if MOUNT in carrier:
        mount: str = carrier[MOUNT]
        return mount
    root: str = carrier.get("root_path", "")
    # A proxy may have cut it off: then it is no part of the path that was asked for here.
    return root if carrier["path"].startswith(root + "/") or carrier["path"] == root else ""


def rooted(template: str) -> str:
    """With a slash at its beginning, unless it is a regular expression ("^hello/(.*)$")."""
    return template if not template or template[0] in "/^" else "/" + template
