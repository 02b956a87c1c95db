# SPDX-License-Identifier: Apache-2.0
"""Exceptions that Flask answers; its routes are werkzeug's."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import Any

from clew import faults
from clew.frameworks.requests import tell_cause
from clew.session import Session


def patch(session: Session, module: ModuleType) -> None:
    """Hooks flask.app."""
    for name in ("handle_user_exception", "handle_exception"):
        session.patches.replace(module.Flask, name, _answering)


def _answering(original: Any) -> Any:
    @functools.wraps(original)
    def answering(self, *args):  # type: ignore[no-untyped-def]
        _tell(args[-1] if args else None)
        return original(self, *args)

    return answering


def _tell(error: Any) -> None:
    try:
        tell_cause(sys.modules["flask"].request.environ, error)
    except Exception:  # outside of a request
        faults.report("an exception in Flask")
