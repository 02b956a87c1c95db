# SPDX-License-Identifier: Apache-2.0
"""Applications that gunicorn and uvicorn serve, wrapped as clew.wsgi() and clew.asgi() would.

For programs that know nothing of tracing: one that wraps its application itself may have paths to
skip, so these hooks are not among those of clew.enable(), but among those of clew-run.

Threads: the hooks run where a server loads its application, on the main thread of a worker.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew import faults
from clew.asgi_middleware import asgi
from clew.session import Session
from clew.wsgi_middleware import wsgi

# Workers of gunicorn that serve WSGI; those of others may serve anything.
WSGI_WORKERS = (
    "gunicorn.workers.sync",
    "gunicorn.workers.gthread",
    "gunicorn.workers.geventlet",
    "gunicorn.workers.ggevent",
)


def patch(session: Session, module: ModuleType) -> None:
    """Hooks gunicorn.workers.base, gunicorn.workers.gasgi or uvicorn.config."""
    if module.__name__ == "gunicorn.workers.base":
        session.patches.replace(module.Worker, "load_wsgi", _load_wsgi)
    elif module.__name__ == "gunicorn.workers.gasgi":
        session.patches.replace(module.ASGIWorker, "load_wsgi", _load_asgi)
    else:
        session.patches.replace(module.Config, "load", _load)


def _load_wsgi(original: Any) -> Any:
    @functools.wraps(original)
    def load_wsgi(self):  # type: ignore[no-untyped-def]
        original(self)
        if type(self).__module__ in WSGI_WORKERS:
            _wrap(self, "wsgi", wsgi)

    return load_wsgi


def _load_asgi(original: Any) -> Any:
    @functools.wraps(original)
    def load_wsgi(self):  # type: ignore[no-untyped-def]
        original(self)
        _wrap(self, "asgi", asgi)

    return load_wsgi


def _load(original: Any) -> Any:
    @functools.wraps(original)
    def load(self):  # type: ignore[no-untyped-def]
        original(self)
        # By then it is ASGI 3, whatever it was before.
        _wrap(self, "loaded_app", asgi)

    return load


def _wrap(owner: Any, name: str, wrap: Any) -> None:
    try:
        setattr(owner, name, wrap(getattr(owner, name)))
    except Exception:
        faults.report("the application of a server")
