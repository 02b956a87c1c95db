# SPDX-License-Identifier: Apache-2.0
"""Routes of Bottle ("/hello/<name>") and the exceptions that it answers."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from clew.frameworks.requests import tell_cause, tell_route
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks bottle."""
    session.patches.replace(module.Router, "match", _match)
    session.patches.replace(module.Bottle, "_handle", _answering)


def _match(original: Any) -> Any:
    @functools.wraps(original)
    def match(self, environ):  # type: ignore[no-untyped-def]
        found = original(self, environ)
        tell_route(environ, getattr(found[0], "rule", None))
        return found

    return match


def _answering(original: Any) -> Any:
    @functools.wraps(original)
    def answering(self, environ):  # type: ignore[no-untyped-def]
        answer = original(self, environ)
        tell_cause(environ, getattr(answer, "exception", None))
        return answer

    return answering
