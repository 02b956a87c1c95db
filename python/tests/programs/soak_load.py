# SPDX-License-Identifier: Apache-2.0
"""Asks services of the soak test for a while and prints what became of it, as JSON by port.

usage: soak_load.py REQUESTS_PER_SECOND SECONDS PORT ...

The rate is meant for each port. Requests are sent when they are due, whether the last ones went
well or not, by CONNECTIONS kept connections a port; on a machine that cannot keep up fewer are
sent, and the rate that was reached is in the answer.
"""

import json
import sys
import time

import eventlet
from eventlet.green import socket

CONNECTIONS = 5
ANSWER_SECONDS = 30
REQUEST = b"GET /soak HTTP/1.1\r\nHost: soak\r\n\r\n"


class Load:
    def __init__(self, port, rate, begin, end):
        self.port = port
        self.interval = CONNECTIONS / rate
        self.begin = begin
        self.end = end
        self.requests = 0
        self.failures = []
        self.seconds = []

    def ask(self, sock):
        begin = time.monotonic()
        self.requests += 1
        sock.sendall(REQUEST)
        reply = b""
        while not reply.endswith(b"\r\n\r\nhello"):
            part = sock.recv(4096)
            if not part:
                raise ConnectionError(f"ended after {reply!r}")
            reply += part
        if not reply.startswith(b"HTTP/1.1 200 "):
            raise ValueError(repr(reply))
        self.seconds.append(time.monotonic() - begin)

    def run(self, number):
        due = self.begin + self.interval * number / CONNECTIONS
        sock = None
        while due < self.end:
            eventlet.sleep(max(0.0, due - time.monotonic()))
            due = max(due + self.interval, time.monotonic() - self.interval)
            try:
                sock = sock or socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS)
                self.ask(sock)
            except Exception as error:
                self.failures.append(repr(error))
                sock = None

    def result(self, seconds):
        ordered = sorted(self.seconds) or [0.0]
        return {
            "requests": self.requests,
            "failures": self.failures,
            "rate": self.requests / seconds,
            "p50_ms": ordered[len(ordered) // 2] * 1e3,
            "worst_ms": ordered[-1] * 1e3,
        }


def main():
    rate, seconds = float(sys.argv[1]), float(sys.argv[2])
    begin = time.monotonic() + 0.1
    loads = [Load(int(port), rate, begin, begin + seconds) for port in sys.argv[3:]]
    threads = [eventlet.spawn(load.run, number) for load in loads for number in range(CONNECTIONS)]
    for thread in threads:
        thread.wait()
    print(json.dumps({load.port: load.result(seconds) for load in loads}))


if __name__ == "__main__":
    main()
