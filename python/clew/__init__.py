# SPDX-License-Identifier: Apache-2.0
"""Distributed tracing, recorded by a native library.

An eventlet service is traced by two lines::

    from clew.eventlet import patcher
    patcher.enable_trace_patch()

Importing this package starts nothing and changes nothing.
"""

from clew._native import Span, Tracer, current
from clew._native import version as __version__

__all__ = ["Span", "Tracer", "__version__", "current"]
