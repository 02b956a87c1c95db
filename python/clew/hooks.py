# SPDX-License-Identifier: Apache-2.0
"""The hooks that tracing can arm, by name, and the modules that each of them changes.

A hook is a module of this package with patch(session, module), called once a module that it changes
has been imported. None of them is imported before: a program pays for what it uses.

Threads: armed where tracing is turned on, or on the thread that imports the module.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from clew.arguments import nearest, texts

# {name: {module that is changed: module of clew that changes it}}
HOOKS: Mapping[str, Mapping[str, str]] = {
    "eventlet": {
        "eventlet.wsgi": "clew.eventlet.server",
        "eventlet.websocket": "clew.eventlet.websockets",
        "eventlet.greenthread": "clew.eventlet.context",
    },
    "greenthreads": {"eventlet.greenthread": "clew.eventlet.context"},  # as of "eventlet"
    "http.client": {
        "http.client": "clew.http_client",
        "eventlet.green.http.client": "clew.http_client",
        "urllib3.connectionpool": "clew.early_connect",
        "httplib2": "clew.early_connect",
    },
    "swift": {
        "swift.common.bufferedhttp": "clew.swift.client",
        "swift.proxy.controllers.obj": "clew.swift.client",
        "swift.common.middleware.catch_errors": "clew.swift.server",
        "swift.proxy.server": "clew.swift.server",
        "swift.account.server": "clew.swift.server",
        "swift.container.server": "clew.swift.server",
        "swift.obj.server": "clew.swift.server",
    },
    "httpx": {"httpx": "clew.httpx_client"},
    "aiohttp": {"aiohttp": "clew.aiohttp_client"},
    "threads": {
        "threading": "clew.threads",
        "concurrent.futures.thread": "clew.threads",
        "multiprocessing.pool": "clew.threads",
    },
    "multiprocessing": {"multiprocessing.util": "clew.child_processes"},
    "logging": {"logging": "clew.log_records"},
    "log_annotations": {"logging": "clew.logging_capture"},
    # Names and errors of server spans: what frameworks know about a request.
    "flask": {"flask.app": "clew.frameworks.flask", "werkzeug.routing": "clew.frameworks.werkzeug"},
    "django": {
        "django.core.handlers.base": "clew.frameworks.django",
        "django.core.handlers.exception": "clew.frameworks.django",
    },
    "falcon": {
        "falcon.app": "clew.frameworks.falcon",
        "falcon.asgi.app": "clew.frameworks.falcon",
    },
    "bottle": {"bottle": "clew.frameworks.bottle"},
    "pyramid": {
        "pyramid.router": "clew.frameworks.pyramid",
        "pyramid.urldispatch": "clew.frameworks.pyramid",
    },
    "routes": {"routes.middleware": "clew.frameworks.routes"},
    "starlette": {
        "starlette.routing": "clew.frameworks.starlette",
        "fastapi.routing": "clew.frameworks.starlette",
    },
    # Server spans where a server takes an application, and where an application is called.
    "gunicorn": {
        "gunicorn.workers.base": "clew.hosts",
        "gunicorn.workers.gasgi": "clew.hosts",
    },
    "uvicorn": {"uvicorn.config": "clew.hosts"},
    "hypercorn": {"hypercorn.app_wrappers": "clew.hosts"},
    "daphne": {"daphne.server": "clew.hosts"},
    "waitress": {"waitress.server": "clew.hosts"},
    "cheroot": {"cheroot.wsgi": "clew.hosts"},
    "werkzeug": {"werkzeug.serving": "clew.hosts"},
    "wsgiref": {"wsgiref.handlers": "clew.hosts", "wsgiref.simple_server": "clew.hosts"},
    "applications": {
        "flask.app": "clew.applications",
        "django.core.handlers.wsgi": "clew.applications",
        "django.core.handlers.asgi": "clew.applications",
        "falcon.app": "clew.applications",
        "falcon.asgi.app": "clew.applications",
        "bottle": "clew.applications",
        "pyramid.router": "clew.applications",
        "routes.middleware": "clew.applications",
        "starlette.applications": "clew.applications",
    },
    # Says at the end of a program that it listened and no request was traced.
    "listening": {"socket": "clew.listening"},
}
FRAMEWORKS = ("flask", "django", "falcon", "bottle", "pyramid", "routes", "starlette")
# What is missing where a hook fails; of a server that is not named here, its requests.
MISSING = {
    "eventlet": "requests that eventlet.wsgi serves are not traced",
    "greenthreads": "greenthreads do not belong to the trace that spawned them",
    "http.client": "calls through http.client (requests, urllib3) are not traced",
    "swift": "the names and tags of Swift's spans are incomplete",
    "httpx": "calls through httpx are not traced",
    "aiohttp": "calls through aiohttp are not traced",
    "threads": "what threads do does not belong to the trace that started them",
    "multiprocessing": "children of multiprocessing may end with spans unsent",
    "logging": "log records have no trace_id and span_id",
    "log_annotations": "log lines do not become annotations",
    **dict.fromkeys(FRAMEWORKS, "server spans lack the route and the exception"),
    "applications": "requests to this framework's applications may not be traced",
    "listening": "a program that serves and is not traced does not say so at its end",
}
# Only for those who ask; clew-run asks for all but the first.
SERVERS = (
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "daphne",
    "waitress",
    "cheroot",
    "werkzeug",
    "wsgiref",
    "applications",
    "listening",
)
ON_REQUEST = ("log_annotations", *SERVERS)
# Armed unless others are asked for.
DEFAULT = tuple(name for name in HOOKS if name not in ON_REQUEST)
# What clew-run asks for.
WITHOUT_CODE = DEFAULT + SERVERS


def chosen(names: Iterable[str] | None) -> tuple[str, ...]:
    """The names, checked; the default ones for None. TypeError, ValueError: no such hook."""
    if names is None:
        return DEFAULT
    found = texts(names, "hooks", "names")
    for name in found:
        if name not in HOOKS:
            meant = nearest(name, HOOKS)
            hint = ", ".join(HOOKS) if meant is None else f"did you mean {meant!r}?"
            raise ValueError(f"hooks must hold names of hooks, not {name!r}: {hint}")
    return found


def missing_without(module: str, changed_by: str) -> str:
    """What the application does without when a module of clew could not change another one."""
    names = [name for name, changes in HOOKS.items() if changes.get(module) == changed_by]
    served = "requests that {} serves are not traced"
    missing = [MISSING.get(name, served.format(name)) for name in names]
    return " and ".join(dict.fromkeys(missing))


def targets(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(module that is changed, module of clew that changes it) for all hooks named."""
    yield from dict.fromkeys(target for name in names for target in HOOKS[name].items())


def arm(session: Any, module: ModuleType, changed_by: str) -> None:
    """Lets one hook change one imported module."""
    importlib.import_module(changed_by)
    sys.modules[changed_by].patch(session, module)
