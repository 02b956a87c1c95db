# SPDX-License-Identifier: Apache-2.0
"""A server as Swift's are: it listens, traces, and forks two workers that serve.

usage: prefork_service.py 'arguments of enable_trace_patch as JSON'
"""

import json
import os
import signal
import sys

import eventlet
from eventlet import wsgi

from clew.eventlet import patcher


def tasks():
    return len(os.listdir("/proc/self/task"))


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json"), ("Connection", "close")])
    return [json.dumps({"pid": os.getpid(), "tasks": tasks()}).encode()]


def main():
    patcher.enable_trace_patch(**json.loads(sys.argv[1]))
    sock = eventlet.listen(("127.0.0.1", 0))
    workers = []
    for _ in range(2):
        print("tasks at fork", tasks(), flush=True)
        pid = os.fork()
        if pid == 0:
            wsgi.server(sock, application, log_output=False)
            os._exit(0)
        workers.append(pid)

    def stop(*_):
        for worker in workers:
            os.kill(worker, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    print("port", sock.getsockname()[1], flush=True)
    for worker in workers:
        os.waitpid(worker, 0)


if __name__ == "__main__":
    main()
