# SPDX-License-Identifier: Apache-2.0
"""Distributed tracing, recorded by a native library.

    import clew
    clew.enable(service_name="thumbnails")

From then on the calls that this process makes are spans and carry the trace to the services called.
An eventlet service turns more on by two lines::

    from clew.eventlet import patcher
    patcher.enable_trace_patch()

Importing this package starts nothing and changes nothing, unless the environment has CLEW_ENABLE:
then it turns tracing on, so that the first span of a program under `clew-run` is one.
"""

import sys

try:
    from clew._native import Span, Tracer, current, span
    from clew._native import version as __version__
except ImportError as error:
    from clew.missing import explained

    raise explained(error) from error

from clew import baggage, faults
from clew.asgi_middleware import asgi
from clew.headers import extract, inject
from clew.session import disable, enable, flush, tracer
from clew.spans import detached, traced
from clew.wsgi_middleware import wsgi

__all__ = [
    "Span",
    "Tracer",
    "__version__",
    "asgi",
    "baggage",
    "current",
    "detached",
    "disable",
    "enable",
    "extract",
    "faults",
    "flush",
    "inject",
    "span",
    "traced",
    "tracer",
    "wsgi",
]


def __dir__() -> list[str]:
    return sorted(__all__)


# There only where CLEW_ENABLE is set; see _clew_boot.py.
_boot = sys.modules.get("_clew_boot")
if _boot is not None:
    _boot.imported()
