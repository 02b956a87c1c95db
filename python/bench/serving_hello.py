# SPDX-License-Identifier: Apache-2.0
"""The server that request_cost.py measures: an eventlet hello world that a second socket turns from
untraced to traced and back. Prints the ports of both.

usage: serving_hello.py PORT   (of a scribe collector)
"""

import gc
import sys

import eventlet
from eventlet import wsgi

from clew.eventlet import patcher

RATES = {"recorded": 1.0, "not sampled": 0.0}


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\r\n"]


def turn(mode, port):
    patcher.disable_trace_patch()
    if mode in RATES:
        patcher.enable_trace_patch(port=port, sampling_rate=RATES[mode], service_name="bench")
    gc.collect()
    gc.freeze()  # a collection then costs what the requests leave, not what was imported


def obey(listener, port):
    sock, _ = listener.accept()
    for line in sock.makefile("r"):
        turn(line.strip(), port)
        sock.sendall(b"ok\n")


def main():
    served, controlled = (eventlet.listen(("127.0.0.1", 0)) for _ in range(2))
    eventlet.spawn(obey, controlled, int(sys.argv[1]))
    print(served.getsockname()[1], controlled.getsockname()[1], flush=True)
    wsgi.server(served, hello, log_output=False)


if __name__ == "__main__":
    main()
