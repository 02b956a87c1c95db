# SPDX-License-Identifier: Apache-2.0
"""Servers that are given an application, which these hooks wrap as clew.wsgi() and clew.asgi()
would. eventlet.wsgi has a hook of its own (clew/eventlet/server.py); the loaders of uWSGI and
mod_wsgi are compiled and have none.

For programs that know nothing of tracing: one that wraps its application itself may have paths to
skip, so these hooks are not among those of clew.enable(), but among those of clew-run.

Threads: the hooks run where a server takes its application, mostly on its main thread.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew import faults
from clew.asgi_middleware import asgi
from clew.listening import cover
from clew.session import Session
from clew.wsgi_middleware import wsgi

# {module: (class, method that takes the application, attribute that has it then, wrapper)}
TAKERS = {
    "gunicorn.workers.gasgi": ("ASGIWorker", "load_wsgi", "asgi", asgi),
    # By then it is ASGI 3, whatever it was before.
    "uvicorn.config": ("Config", "load", "loaded_app", asgi),
    "werkzeug.serving": ("BaseWSGIServer", "__init__", "app", wsgi),
    "waitress.server": ("BaseWSGIServer", "__init__", "application", wsgi),
    "cheroot.wsgi": ("Server", "__init__", "wsgi_app", wsgi),
    "daphne.server": ("Server", "__init__", "application", asgi),
}
# Workers of gunicorn that serve WSGI; those of others may serve anything.
WSGI_WORKERS = (
    "gunicorn.workers.sync",
    "gunicorn.workers.gthread",
    "gunicorn.workers.geventlet",
    "gunicorn.workers.ggevent",
)


def patch(session: Session, module: ModuleType) -> None:
    """Hooks a module of TAKERS, or another one that is named here."""
    replace = session.patches.replace
    if module.__name__ == "gunicorn.workers.base":
        replace(module.Worker, "load_wsgi", _load_wsgi)
    elif module.__name__ == "hypercorn.app_wrappers":
        replace(module.ASGIWrapper, "__init__", functools.partial(_taken, "app", asgi))
        replace(module.WSGIWrapper, "__init__", functools.partial(_taken, "app", wsgi))
    elif module.__name__ == "wsgiref.handlers":
        replace(module.BaseHandler, "run", _run)
    elif module.__name__ == "wsgiref.simple_server":
        replace(module.WSGIServer, "set_app", _set_app)
    else:
        owner, method, attribute, wrap = TAKERS[module.__name__]
        taken = functools.partial(_taken, attribute, wrap)
        replace(getattr(module, owner), method, taken)


def _taken(attribute: str, wrap: Any, original: Any) -> Any:
    @functools.wraps(original)
    def take(self, *args, **keywords):  # type: ignore[no-untyped-def]
        original(self, *args, **keywords)
        _wrap(self, attribute, wrap)

    return take


def _load_wsgi(original: Any) -> Any:
    @functools.wraps(original)
    def load_wsgi(self):  # type: ignore[no-untyped-def]
        original(self)
        if type(self).__module__ in WSGI_WORKERS:
            _wrap(self, "wsgi", wsgi)

    return load_wsgi


def _run(original: Any) -> Any:
    """wsgiref's handlers take the application anew with each request."""

    @functools.wraps(original)
    def run(self, application):  # type: ignore[no-untyped-def]
        return original(self, wsgi(application) if callable(application) else application)

    return run


def _set_app(original: Any) -> Any:
    @functools.wraps(original)
    def set_app(self, application):  # type: ignore[no-untyped-def]
        original(self, application)
        cover()

    return set_app


def _wrap(owner: Any, name: str, wrap: Any) -> None:
    try:
        setattr(owner, name, wrap(getattr(owner, name)))
        cover()
    except Exception:
        faults.report("the application of a server")
