# SPDX-License-Identifier: Apache-2.0
"""What does sending cost, and what does a collector cost that is away? Bytes and processor time of
the sending thread per span, by scribe, by HTTP and by HTTP with gzip; then the latency of a request
while the collector refuses connections or never answers, beside the same request untraced.

usage: sending.py [--json] [--rounds N]

The variants take turns in each round, so that a busy machine slows all of them; the ratios are what
to compare. Latency is a client's, in the server's own thread, and so holds the server's work.
"""

import argparse
import json
import socket as plain_socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import eventlet
from eventlet import wsgi
from eventlet.green import socket

import clew
from clew.eventlet import patcher

SPANS_IN_ROUND = 1000
REQUESTS_IN_ROUND = 300
FLUSH_SECONDS = 20
HERE = Path(__file__).parent


def start_sink(name):
    """(process, port) of a collector that answers and keeps nothing."""
    child = subprocess.Popen([sys.executable, HERE / name], stdout=subprocess.PIPE, text=True)
    return child, int(child.stdout.readline())


def sending_threads_ns():
    """Processor time of all threads named clew-report."""
    total = 0
    for task in Path("/proc/self/task").iterdir():
        if (task / "comm").read_text().strip() == "clew-report":
            total += int((task / "schedstat").read_text().split()[0])
    return total


def record_spans(tracer):
    for number in range(SPANS_IN_ROUND):
        with tracer.start("get", "server") as span:
            span.tag("http.method", "GET")
            span.tag("http.path", f"/v1/account/container/object-{number}")
            span.tag("http.status_code", "200")
            span.tag("user", "somebody")
            span.tag("region", "eu-north")
            span.tag("cache", "miss")


def measure_sending(scribe_port, http_port, rounds):
    """{way: figures per span}."""
    http = f"http://127.0.0.1:{http_port}/api/v2/spans"
    size = {"ring_bytes": 1 << 20, "ignore_environment": True}
    tracers = {
        "scribe": clew.Tracer("bench", f"scribe://127.0.0.1:{scribe_port}", **size),
        "http": clew.Tracer("bench", http, gzip=False, **size),
        "http, gzip": clew.Tracer("bench", http, gzip=True, **size),
    }
    spent = {way: [] for way in tracers}
    for number in range(rounds + 1):
        for way, tracer in tracers.items():
            before = sending_threads_ns()
            record_spans(tracer)
            assert tracer.flush(FLUSH_SECONDS)
            if number > 0:  # the first round warms up
                spent[way].append((sending_threads_ns() - before) / SPANS_IN_ROUND)
    figures = {}
    for way, tracer in tracers.items():
        stats = tracer.stats()
        assert stats["sent"] == stats["finished"], stats
        figures[way] = {
            "sending_ns": statistics.median(spent[way]),
            "bytes": stats["written_bytes"] / stats["sent"],
        }
    return figures


class Silent:
    """Takes connections and what is sent, and never answers."""

    def __init__(self):
        self.listener = plain_socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.swallow, args=(connection,), daemon=True).start()

    @staticmethod
    def swallow(connection):
        while connection.recv(1 << 16):
            pass


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\r\n"]


def ask(sock, count):
    """The latency of each request, in nanoseconds."""
    found = []
    for _ in range(count):
        begin = time.perf_counter_ns()
        sock.sendall(b"GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n")
        assert sock.recv(4096).endswith(b"Hello, World!\r\n")
        found.append(time.perf_counter_ns() - begin)
    return found


def percentiles(latencies):
    ordered = sorted(latencies)
    parts = {"p50_ns": 0.5, "p99_ns": 0.99}
    return {name: ordered[int(len(ordered) * part)] for name, part in parts.items()}


def measure_latency(rounds):
    """{collector: {"untraced": percentiles, "traced": percentiles}}."""
    refusing = plain_socket.socket()
    refusing.bind(("127.0.0.1", 0))  # and never listens
    ports = {"refuses connections": refusing.getsockname()[1], "never answers": Silent().port}
    listener = eventlet.listen(("127.0.0.1", 0))
    eventlet.spawn(wsgi.server, listener, hello, log_output=False)
    sock = socket.create_connection(listener.getsockname())
    found = {name: {"untraced": [], "traced": []} for name in ports}
    for number in range(rounds + 1):
        for name, port in ports.items():
            ask(sock, 20)
            untraced = ask(sock, REQUESTS_IN_ROUND)
            endpoint = f"http://127.0.0.1:{port}/api/v2/spans"
            patcher.enable_trace_patch(endpoint=endpoint, service_name="bench")
            ask(sock, 20)
            traced = ask(sock, REQUESTS_IN_ROUND)
            patcher.disable_trace_patch()
            if number > 0:
                found[name]["untraced"] += untraced
                found[name]["traced"] += traced
    refusing.close()
    return {
        name: {kind: percentiles(values) for kind, values in kinds.items()}
        for name, kinds in found.items()
    }


def print_tables(sending, latency):
    print(f"{'one span, sent by':<24}{'bytes':>8}{'ns of the sending thread':>28}")
    for way, row in sending.items():
        print(f"{way:<24}{row['bytes']:>8.0f}{row['sending_ns']:>28.0f}")
    heads = "".join(f"{'untraced ' + part:>14}{'ratio':>8}" for part in ("p50", "p99"))
    print(f"\n{'a collector that':<24}{heads}")
    for name, kinds in latency.items():
        cells = ""
        for part in ("p50_ns", "p99_ns"):
            ratio = kinds["traced"][part] / kinds["untraced"][part]
            cells += f"{kinds['untraced'][part] / 1000:>11.1f} us{ratio:>8.3f}"
        print(f"{name:<24}{cells}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    arguments = parser.parse_args()
    sinks = [start_sink(name) for name in ("sink.py", "http_sink.py")]
    try:
        ports = [port for _, port in sinks]
        sending = measure_sending(*ports, arguments.rounds)
        latency = measure_latency(arguments.rounds)
    finally:
        for child, _ in sinks:
            child.terminate()
            child.wait(10)
    if arguments.json:
        print(json.dumps({"sending": sending, "latency": latency}, indent=1))
    else:
        print_tables(sending, latency)


if __name__ == "__main__":
    main()
