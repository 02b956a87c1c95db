# SPDX-License-Identifier: Apache-2.0
"""Routes of Falcon ("/hello/{name}") and the exceptions that it answers, under WSGI and ASGI."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew.frameworks.requests import tell_cause, tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks falcon.app or falcon.asgi.app."""
    session.patches.replace(module.App, "_handle_exception", _answering)
    if module.__name__ == "falcon.app":  # the other App inherits it
        session.patches.replace(module.App, "_get_responder", _routing)


def _routing(original: Any) -> Any:
    @functools.wraps(original)
    def routing(self, req):  # type: ignore[no-untyped-def]
        found = original(self, req)
        tell_route(_carrier(req), found[3])
        return found

    return routing


def _answering(original: Any) -> Any:
    @functools.wraps(original)
    def answering(self, req, resp, ex, *args, **keywords):  # type: ignore[no-untyped-def]
        tell_cause(_carrier(req), ex)
        return original(self, req, resp, ex, *args, **keywords)  # or a coroutine of it

    return answering


def _carrier(request: Any) -> Any:
    return getattr(request, "scope", None) or getattr(request, "env", {})
