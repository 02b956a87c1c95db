# SPDX-License-Identifier: Apache-2.0
"""Routes of werkzeug, and so of Flask: "/hello/<name>"."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew.frameworks.requests import tell_route
from clew.session import Session

_CARRIER = "_clew_carrier"  # on an adapter: the environ of its request


def patch(session: Session, module: ModuleType) -> None:
    """Hooks werkzeug.routing."""
    session.patches.replace(module.Map, "bind_to_environ", _bind_to_environ)
    session.patches.replace(module.MapAdapter, "match", _match)


def _bind_to_environ(original: Any) -> Any:
    @functools.wraps(original)
    def bind_to_environ(self, environ, *args, **keywords):  # type: ignore[no-untyped-def]
        adapter = original(self, environ, *args, **keywords)
        carrier = getattr(environ, "environ", environ)
        if isinstance(carrier, dict):
            vars(adapter)[_CARRIER] = carrier
        return adapter

    return bind_to_environ


def _match(original: Any) -> Any:
    @functools.wraps(original)
    def match(self, *args, **keywords):  # type: ignore[no-untyped-def]
        carrier = vars(self).get(_CARRIER)
        if carrier is None or args or keywords.keys() - {"return_rule"}:
            # Another path, which the application only wants to know about.
            return original(self, *args, **keywords)
        rule, values = original(self, return_rule=True)
        tell_route(carrier, getattr(rule, "rule", None))
        return (rule if keywords.get("return_rule") else rule.endpoint), values

    return match
