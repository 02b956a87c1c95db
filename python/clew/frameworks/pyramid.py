# SPDX-License-Identifier: Apache-2.0
"""Routes of Pyramid ("/hello/{name}") and the exceptions that its views answer."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew.frameworks.requests import tell_cause, tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks pyramid.urldispatch or pyramid.router."""
    if module.__name__ == "pyramid.urldispatch":
        session.patches.replace(module.RoutesMapper, "__call__", _mapped)
    else:
        session.patches.replace(module.Router, "handle_request", _answering)


def _mapped(original: Any) -> Any:
    @functools.wraps(original)
    def __call__(self, request):  # type: ignore[no-untyped-def]  # noqa: N807
        found = original(self, request)
        tell_route(request.environ, getattr(found["route"], "pattern", None))
        return found

    return __call__


def _answering(original: Any) -> Any:
    @functools.wraps(original)
    def answering(self, request):  # type: ignore[no-untyped-def]
        try:
            return original(self, request)
        except Exception as error:
            tell_cause(request.environ, error)
            raise

    return answering
