# SPDX-License-Identifier: Apache-2.0
"""Routes of the package of that name, which OpenStack's services use: "/images/{image_id}"."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew.frameworks.requests import tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks routes.middleware."""
    session.patches.replace(module.RoutesMiddleware, "__call__", _routed)


def _routed(original: Any) -> Any:
    @functools.wraps(original)
    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]  # noqa: N807
        mounted = {"SCRIPT_NAME": environ.get("SCRIPT_NAME", "")}  # the application may shift it
        try:
            return original(self, environ, start_response)
        finally:
            route = getattr(environ.get("routes.route"), "routepath", None)
            tell_route({**environ, **mounted}, route)

    return __call__
