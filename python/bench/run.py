# SPDX-License-Identifier: Apache-2.0
"""What does tracing cost a Python program? One recorded span, one that is not sampled, one request
of an eventlet.wsgi server, one call of a WSGI application, each beside a floor that is measured in
the same run.

usage: run.py [--json] [--rounds N]

The figures are medians over rounds; in each round the variants take turns, so that a busy machine
slows all of them. Nanoseconds are processor time of the calling thread; what the native thread adds
is in the last column (the whole process). The ratios are what to compare.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import eventlet
import peers
from eventlet import wsgi
from eventlet.green import socket

import clew
from clew.eventlet import patcher

SPANS_IN_ROUND = 1000  # fewer than a ring holds, and drained between rounds
REQUESTS_IN_ROUND = 300


def time_calls(function, count):
    """Nanoseconds a call, the loop's own cost taken off."""
    turns = range(count)
    begin = time.thread_time_ns()
    for _ in turns:
        pass
    loop = time.thread_time_ns() - begin
    begin = time.thread_time_ns()
    for _ in turns:
        function()
    return (time.thread_time_ns() - begin - loop) / count


def span_variants(endpoint):
    """{name: function} of what a program does for one span."""
    sampled = clew.Tracer("bench", endpoint, ring_bytes=1 << 20)
    unsampled = clew.Tracer("bench", endpoint, sample_rate=0.0)
    parent = unsampled.start("parent")
    ended = sampled.start("ended")
    ended.abandon()

    def empty():
        pass

    def call():
        ended.abandon()

    def six_tags(tracer=sampled):
        span = tracer.start("get", "server")
        span.tag("http.method", "GET")
        span.tag("http.path", "/v1/account/container/object")
        span.tag("http.status_code", "200")
        span.tag("user", "somebody")
        span.tag("region", "eu-north")
        span.tag("cache", "miss")
        span.finish()

    def root_unsampled():
        six_tags(unsampled)

    def child_unsampled():
        unsampled.start("get", "client", parent).finish()

    variants = {
        "an empty Python call": empty,
        "a Python call of an empty C method": call,
        "a span with 6 tags, recorded": six_tags,
        "the same, not sampled": root_unsampled,
        "a child of a span that is not sampled": child_unsampled,
    }
    return variants, sampled


def measure_spans(endpoint, rounds):
    variants, tracer = span_variants(endpoint)
    found = {name: [] for name in variants}
    for number in range(rounds + 1):
        for name, function in variants.items():
            nanoseconds = time_calls(function, SPANS_IN_ROUND)
            if number > 0:  # the first round warms up
                found[name].append(nanoseconds)
        tracer.flush(10)
    stats = tracer.stats()
    assert stats["finished"] == stats["sent"], stats
    return {name: statistics.median(values) for name, values in found.items()}


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello, World!\r\n"]


def measure_wsgi(endpoint, rounds):
    """What clew.wsgi() adds to a call of an application, made as a server makes it."""
    application = clew.wsgi(peers.hello)
    rates = {"recorded": 1.0, "not sampled": 0.0}
    found = {name: [] for name in rates}
    for number in range(rounds + 1):
        for name, rate in rates.items():
            without = time_calls(lambda: peers.request(peers.hello, {}), SPANS_IN_ROUND)
            tracer = clew.enable(
                service_name="bench", endpoint=endpoint, sample_rate=rate, hooks=()
            )
            time_calls(lambda: peers.request(application, {}), 100)
            traced = time_calls(lambda: peers.request(application, {}), SPANS_IN_ROUND)
            tracer.flush(10)
            clew.disable()
            if number > 0:
                found[name].append(traced - without)
    return {name: statistics.median(values) for name, values in found.items()}


class Client:
    """A keep-alive client in a greenthread of the same process."""

    REQUEST = b"GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n"
    UNSAMPLED = b"GET /hello HTTP/1.1\r\nHost: bench\r\nX-B3-Sampled: 0\r\n\r\n"

    def __init__(self, address):
        self.sock = socket.create_connection(address)

    def ask(self, request, count):
        """(thread's, all threads') processor nanoseconds of one request and its answer."""
        thread, total = time.thread_time_ns(), time.process_time_ns()
        for _ in range(count):
            self.sock.sendall(request)
            assert self.sock.recv(4096).endswith(b"Hello, World!\r\n")
        thread, total = time.thread_time_ns() - thread, time.process_time_ns() - total
        return thread / count, total / count


def measure_requests(port, rounds):
    """A hello-world request, client and server in one thread: traced beside not traced."""
    listener = eventlet.listen(("127.0.0.1", 0))
    eventlet.spawn(wsgi.server, listener, hello, log_output=False)
    client = Client(listener.getsockname())
    kinds = {
        "recorded": (Client.REQUEST, 1.0),
        "not sampled, by rate": (Client.REQUEST, 0.0),
        "not sampled, by the caller": (Client.UNSAMPLED, 1.0),
    }
    found = {name: [] for name in kinds}
    for number in range(rounds + 1):
        for name, (request, rate) in kinds.items():
            client.ask(request, 20)
            without = client.ask(request, REQUESTS_IN_ROUND)
            patcher.enable_trace_patch(port=port, sampling_rate=rate, service_name="bench")
            client.ask(request, 20)
            traced = client.ask(request, REQUESTS_IN_ROUND)
            patcher.active_tracer().flush(10)
            patcher.disable_trace_patch()
            if number > 0:
                found[name].append((without, traced))
    return {name: summary(pairs) for name, pairs in found.items()}


def summary(pairs):
    return {
        "without_ns": statistics.median(without[0] for without, _ in pairs),
        "added_ns": statistics.median(traced[0] - without[0] for without, traced in pairs),
        "ratio": statistics.median(traced[0] / without[0] for without, traced in pairs),
        "total_ratio": statistics.median(traced[1] / without[1] for without, traced in pairs),
    }


def print_tables(spans, requests):
    floor = spans["an empty Python call"]
    print(f"{'one call':<40}{'ns':>8}{'x empty call':>14}")
    for name, nanoseconds in spans.items():
        print(f"{name:<40}{nanoseconds:>8.0f}{nanoseconds / floor:>14.1f}")
    print(f"\n{'a request, traced':<40}{'ns':>8}{'added':>8}{'ratio':>8}{'with sending':>14}")
    for name, row in requests.items():
        print(
            f"{name:<40}{row['without_ns']:>8.0f}{row['added_ns']:>8.0f}{row['ratio']:>8.3f}"
            f"{row['total_ratio']:>14.3f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    sink = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("sink.py")], stdout=subprocess.PIPE, text=True
    )
    try:
        port = int(sink.stdout.readline())
        spans = measure_spans(f"scribe://127.0.0.1:{port}", arguments.rounds)
        requests = measure_requests(port, arguments.rounds)
        added = measure_wsgi(f"scribe://127.0.0.1:{port}", arguments.rounds)
    finally:
        sink.terminate()
        sink.wait(10)
    if arguments.json:
        print(json.dumps({"spans_ns": spans, "requests": requests, "wsgi_ns": added}, indent=1))
    else:
        print_tables(spans, requests)
        print("\nadded to a call of a WSGI application, ns: ", end="")
        print(", ".join(f"{name} {nanoseconds:.0f}" for name, nanoseconds in added.items()))


if __name__ == "__main__":
    main()
