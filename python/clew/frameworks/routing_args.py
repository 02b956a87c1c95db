# SPDX-License-Identifier: Apache-2.0
"""Routers of WSGI that have no hook here but leave what they have found in the path in the environ,
as wsgiorg.routing_args: ((positional, ...), {name: value}). The template is the path with the names
in place of the values.

Threads: whichever ends the request.
"""

from __future__ import annotations

from typing import Any

from clew.frameworks.requests import ROUTE, tell_route

# Of a match, but not of a path: what it is for.
NOT_IN_PATH = ("controller", "action")


def tell(environ: Any) -> None:
    """Names the span of a request, unless a hook has, or the values are not all in the path."""
    if ROUTE in environ:
        return
    arguments = environ["wsgiorg.routing_args"]
    if not isinstance(arguments, tuple) or len(arguments) != 2:
        return
    positional = arguments[0] if isinstance(arguments[0], (tuple, list)) else ()
    named = arguments[1] if isinstance(arguments[1], dict) else {}
    values = {str(index): value for index, value in enumerate(positional)}
    values.update((name, value) for name, value in named.items() if name not in NOT_IN_PATH)
    if named or positional:
        template = template_of(environ.get("PATH_INFO", ""), values)
        if template is not None:
            tell_route(environ, template)


def template_of(path: str, values: dict[str, Any]) -> str | None:
    """The path with {name} for each value; None when one of them is not a part of it: then others
    may be left in it, and each path would be a name of its own.
    """
    parts = f"{path}/"
    for name, value in values.items():
        if value is None or value == "":
            continue  # a part that is optional
        before, found, after = parts.partition(f"/{value}/")
        if not found:
            return None
        parts = f"{before}/{{{name}}}/{after}"
    return parts[:-1] or "/"
