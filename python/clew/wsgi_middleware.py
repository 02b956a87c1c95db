# SPDX-License-Identifier: Apache-2.0
"""clew.wsgi(): server spans of any WSGI application (PEP 3333), whatever server runs it.

A span begins when the application is called and ends when the server closes the response, or when
the application raises. The work is done by clew._native.Wsgi.

Threads: all at once, as the server calls.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from clew._native import Wsgi
from clew.arguments import texts

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def wsgi(
    application: WSGIApplication,
    *,
    skip: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
    trace_header: str | None = None,
) -> WSGIApplication:
    """A WSGI application that traces another one while tracing is on, and else only calls it.

    Each request is a span of kind SERVER, named after its method in lower case, with the tags
    http.method, http.path (without the query) and http.status_code, both addresses, and the tag
    error for a status of 500 and more, for what the application raises, and for a body that the
    server did not read to its end. It continues the caller's trace. A request that the eventlet
    server's hook traces, or another clew.wsgi() around, has that one span while its environ is the
    same dict.

    skip          paths that are not traced, with all that is below them: ["/healthcheck"]
    tags          more tags, from the request's environ as it is when the response ends:
                  {"swift.trans_id": "swift.trans_id", "HTTP_USER_AGENT": "http.user_agent"}
    trace_header  the name of a header to add to each response with its trace id: "X-Trace-Id"

    A body with a length keeps it. What wsgi.file_wrapper returned reaches the server as it is, and
    so does what is no iterable, or bytes.

    TypeError, ValueError: an argument is wrong. Requests never fail because of tracing.
    """
    if not callable(application):
        raise TypeError(f"application must be callable, not {application!r}")
    return Wsgi(
        application,
        checked_paths(skip),
        known_bodies(),
        checked_header(trace_header),
        checked_tags(tags),
        _Remembering,
    )


class _Remembering:
    """The wsgi.file_wrapper of a server that knows by identity what it returned."""

    __slots__ = ("__wrapped__", "result")

    def __init__(self, wrapped: Any) -> None:
        is_ours = isinstance(wrapped, _Remembering)  # of a server that uses an environ again
        self.__wrapped__ = wrapped.__wrapped__ if is_ours else wrapped
        self.result: Any = None

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        self.result = result = self.__wrapped__(*args, **keywords)
        return result


def checked_header(name: str | None) -> str | None:
    """The name of a header to add, which is a token (RFC 9110, 5.6.2)."""
    if name is None:
        return None
    if not isinstance(name, str):
        raise TypeError(f"trace_header must be a header's name, not {name!r}")
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise ValueError(f"trace_header must be a header's name, not {name!r}")
    return name


def checked_paths(skip: Iterable[str]) -> tuple[str, ...]:
    """The paths to skip, without a slash at their end."""
    paths = texts(skip, "skip", "paths")
    for path in paths:
        if not path.startswith("/"):
            raise ValueError(f"a path to skip must begin with a slash: {path!r}")
    return tuple(path.rstrip("/") for path in paths)


def checked_tags(tags: Mapping[str, str] | None) -> dict[str, str] | None:
    """The tags by key of the environ; None when there are none."""
    if tags is None:
        return None
    if not isinstance(tags, Mapping):
        raise TypeError(f"tags must be a mapping of environ keys to tag names, not {tags!r}")
    for key, tag in tags.items():
        if not isinstance(key, str) or not isinstance(tag, str):
            raise TypeError(f"tags must map str to str, not {key!r} to {tag!r}")
    return dict(tags) or None


def known_bodies() -> tuple[type, ...]:
    """The types of bodies that mean something to a server: eventlet's "I have answered myself"."""
    marker: Any = getattr(sys.modules.get("eventlet.wsgi"), "ALREADY_HANDLED", None)
    return () if marker is None else (type(marker),)
