# SPDX-License-Identifier: Apache-2.0
"""Routes of Starlette and FastAPI: "/hello/{name}", with the templates of the mounts above them."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew import faults
from clew.frameworks.requests import MOUNT, mount_of, tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks starlette.routing or fastapi.routing."""
    if module.__name__ == "starlette.routing":
        session.patches.replace(module.Route, "handle", _route)
        session.patches.replace(module.WebSocketRoute, "handle", _route)
        session.patches.replace(module.Mount, "handle", _mount)
    elif "handle" in vars(module.APIRoute):  # else it is Starlette's
        session.patches.replace(module.APIRoute, "handle", _route)


def _route(original: Any) -> Any:
    @functools.wraps(original)
    async def entered(self, scope, receive, send):  # type: ignore[no-untyped-def]
        tell_route(scope, _template(self, scope))
        await original(self, scope, receive, send)

    return entered


def _mount(original: Any) -> Any:
    @functools.wraps(original)
    async def entered(self, scope, receive, send):  # type: ignore[no-untyped-def]
        try:
            if MOUNT not in scope:
                above = {**scope, "root_path": scope.get("app_root_path", "")}
                scope[MOUNT] = mount_of(above)
            scope[MOUNT] += self.path
        except Exception:
            faults.report("a mount of Starlette")
        tell_route(scope, "")  # until a route below it says more
        await original(self, scope, receive, send)

    return entered


def _template(route: Any, scope: Any) -> Any:
    """The path of a route; of one that FastAPI's include_router() put below a prefix, with that."""
    contexts = scope.get("fastapi")
    if isinstance(contexts, dict):
        for context in contexts.values():
            if getattr(context, "original_route", None) is route:
                return context.path
    return getattr(route, "path", None)
