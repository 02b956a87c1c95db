# SPDX-License-Identifier: Apache-2.0
"""Tracing of eventlet services: patcher turns it on and off, api adds to the current span."""


def install_zipkin_shim() -> None:
    """From now on `from eventlet.zipkin import patcher, api` gives the modules of this package.

    For programs written for eventlet.zipkin; those that clew-run starts need no call. Undone by
    clew.eventlet.zipkin.remove(). Call it from the main thread, before others import.
    """
    from clew.eventlet import zipkin

    zipkin.install()
