# SPDX-License-Identifier: Apache-2.0
"""Server spans at the application: requests that a framework's application is called with and that
no server's hook has seen, as under uWSGI, mod_wsgi, and every server that clew does not know.

Among the hooks of clew-run, and not of clew.enable(), for the reason that clew/hosts.py gives.

Threads: those of the server.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew._native import Wsgi
from clew.asgi_middleware import asgi
from clew.frameworks.requests import SPAN
from clew.session import Session
from clew.wsgi_middleware import known_bodies

# {module: (class of applications, whether it is one of ASGI)}; all are called by __call__.
CLASSES = {
    "flask.app": ("Flask", False),
    "django.core.handlers.wsgi": ("WSGIHandler", False),
    "django.core.handlers.asgi": ("ASGIHandler", True),
    "falcon.app": ("App", False),
    "falcon.asgi.app": ("App", True),
    "bottle": ("Bottle", False),
    "pyramid.router": ("Router", False),
    "starlette.applications": ("Starlette", True),
    "routes.middleware": ("RoutesMiddleware", False),
}


def patch(session: Session, module: ModuleType) -> None:
    """Hooks one of the modules of CLASSES."""
    name, is_asgi = CLASSES[module.__name__]
    session.patches.replace(getattr(module, name), "__call__", _asgi if is_asgi else _wsgi)


def _wsgi(original: Any) -> Any:
    @functools.wraps(original)
    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]  # noqa: N807
        if SPAN in environ and _is_decided(environ[SPAN]):
            return original(self, environ, start_response)
        application = functools.partial(original, self)
        return Wsgi(application, (), known_bodies())(environ, start_response)

    return __call__


def _asgi(original: Any) -> Any:
    @functools.wraps(original)
    async def __call__(self, scope, receive, send):  # type: ignore[no-untyped-def]  # noqa: N807
        if SPAN in scope and _is_decided(scope[SPAN]):
            await original(self, scope, receive, send)
        else:
            await asgi(functools.partial(original, self))(scope, receive, send)

    return __call__


def _is_decided(span: Any) -> bool:
    """Whether somebody further out traces the request, or has said that it is not to be traced."""
    return span is None or span.is_open
