# SPDX-License-Identifier: Apache-2.0
"""Routes of Django ("/hello/<str:name>") and the exceptions that it answers; WSGI and ASGI."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew import faults
from clew.frameworks.requests import tell_cause, tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks django.core.handlers.base or django.core.handlers.exception."""
    if module.__name__ == "django.core.handlers.base":
        session.patches.replace(module.BaseHandler, "resolve_request", _resolve_request)
    else:
        session.patches.replace(module, "response_for_exception", _response_for_exception)


def _resolve_request(original: Any) -> Any:
    @functools.wraps(original)
    def resolve_request(self, request):  # type: ignore[no-untyped-def]
        match = original(self, request)
        tell_route(_carrier(request), getattr(match, "route", None))
        return match

    return resolve_request


def _response_for_exception(original: Any) -> Any:
    @functools.wraps(original)
    def response_for_exception(request, exc):  # type: ignore[no-untyped-def]
        tell_cause(_carrier(request), exc)
        return original(request, exc)

    return response_for_exception


def _carrier(request: Any) -> Any:
    """The environ or scope of a request; a test's own request has neither."""
    try:
        return getattr(request, "scope", None) or getattr(request, "environ", {})
    except Exception:
        faults.report("a request of Django")
        return {}
