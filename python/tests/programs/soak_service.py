# SPDX-License-Identifier: Apache-2.0
"""The service of the soak test: eventlet.wsgi under load, and a greenthread that watches the hub.

usage: soak_service.py '{...arguments of enable_trace_patch}'     "{}": not traced
"""

import ctypes
import json
import sys
import time

import eventlet
from eventlet import tpool, wsgi

from clew import faults
from clew.eventlet import patcher

PERIOD_SECONDS = 0.005
FLUSH_SECONDS = 60


class Lateness:
    """How much later than asked for a greenthread is woken that sleeps 5 ms again and again."""

    def __init__(self):
        self.seen = []

    def watch(self):
        while True:
            due = time.monotonic() + PERIOD_SECONDS
            eventlet.sleep(PERIOD_SECONDS)
            self.seen.append(time.monotonic() - due)

    def summary(self):
        ordered = sorted(self.seen) or [0.0]
        at = {"p50": 0.5, "p99": 0.99, "worst": 1.0}
        return {name: ordered[int((len(ordered) - 1) * part)] * 1e3 for name, part in at.items()}


def socket_calls():
    """[of other threads, of the main thread] to the collector; see socket_watch.c."""
    calls = ctypes.CDLL(None).socket_watch_calls
    calls.restype = ctypes.c_long
    return [calls(0), calls(1)]


def stats():
    tracer = patcher.active_tracer()
    return tracer and tracer.stats()


def settle():
    """Sends what is left, beside the hub, and says whether all of it is accounted for."""
    return tpool.execute(patcher.active_tracer().flush, FLUSH_SECONDS)


def main():
    options = json.loads(sys.argv[1])
    lateness = Lateness()

    def application(environ, start_response):
        path = environ["PATH_INFO"]
        answer = b"hello"
        if path == "/forget-lateness":
            lateness.seen.clear()
        if path in ("/state", "/settle"):
            settled = settle() if path == "/settle" else None
            state = {
                "settled": settled,
                "stats": stats(),
                "faults": faults.counts(),
                "lateness_ms": lateness.summary(),
                "socket_calls": socket_calls(),
            }
            answer = json.dumps(state).encode()
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]

    if options:
        patcher.enable_trace_patch(**options)
    sock = eventlet.listen(("127.0.0.1", 0))
    eventlet.spawn_n(lateness.watch)
    print("port", sock.getsockname()[1], flush=True)
    wsgi.server(sock, application, log_output=False, debug=False)


if __name__ == "__main__":
    main()
