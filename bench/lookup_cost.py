# SPDX-License-Identifier: Apache-2.0
"""How long a trace by id takes while four clients ask for the service graph of 300,000 spans.

Usage: lookup_cost.py CLEW
"""

import http.client
import json
import multiprocessing
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SPANS = 300_000
SPANS_OF_A_TRACE = 10
TRACES = SPANS // SPANS_OF_A_TRACE
TRACES_OF_A_BODY = 500
LOOKUPS = 400
ASKERS = 4
DAYS_MS = 10 * 24 * 3600 * 1000


def span(trace, number, now_us):
    """One of a chain of calls between twenty services."""
    caller = {"parentId": f"{trace * 16 + number:016x}"} if number else {}
    return {
        "traceId": f"{trace:032x}",
        "id": f"{trace * 16 + number + 1:016x}",
        **caller,
        "kind": "CLIENT" if number % 2 else "SERVER",
        "name": "get",
        "timestamp": now_us - trace * 100 + number,
        "duration": 100,
        "localEndpoint": {"serviceName": f"service{(number // 2 + trace) % 20}"},
        "remoteEndpoint": {"serviceName": f"service{(number // 2 + trace + 1) % 20}"},
        "tags": {f"key{i}": f"value {trace} {i}" for i in range(8)},
    }


def fill(port, now_us):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for first in range(1, TRACES + 1, TRACES_OF_A_BODY):
        traces = range(first, first + TRACES_OF_A_BODY)
        body = [span(trace, i, now_us) for trace in traces for i in range(SPANS_OF_A_TRACE)]
        connection.request("POST", "/api/v2/spans", json.dumps(body))
        response = connection.getresponse()
        assert (response.status, response.read()) == (202, b"")


def ask_for_graphs(port, first_end_ms, step_ms, answered):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    end_ms = first_end_ms
    while True:
        connection.request("GET", f"/api/v2/dependencies?endTs={end_ms}&lookback={DAYS_MS}")
        response = connection.getresponse()
        assert response.status == 200, response.read()
        response.read()
        with answered.get_lock():
            answered.value += 1
        end_ms += step_ms


def look_up(port):
    """Sorted milliseconds of traces by id."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for _ in range(LOOKUPS):
        begin = time.perf_counter()
        connection.request("GET", f"/api/v2/trace/{random.randint(1, TRACES):032x}")
        response = connection.getresponse()
        response.read()
        took.append((time.perf_counter() - begin) * 1000)
        assert response.status == 200
        time.sleep(0.005)
    return sorted(took)


def report(what, took):
    p50, p90, p99 = (took[len(took) * share // 100] for share in (50, 90, 99))
    print(f"{what:34} p50 {p50:.2f}  p90 {p90:.2f}  p99 {p99:.2f}  max {took[-1]:.2f} ms")


def look_up_beside_graphs(port, now_us, what, is_shared):
    answered = multiprocessing.Value("i", 0)
    end_ms = now_us // 1000 + 1000
    askers = [
        multiprocessing.Process(
            target=ask_for_graphs,
            args=(port, end_ms + (0 if is_shared else i), 0 if is_shared else ASKERS, answered),
            daemon=True,
        )
        for i in range(ASKERS)
    ]
    for asker in askers:
        asker.start()
    time.sleep(1)
    report(what, look_up(port))
    for asker in askers:
        asker.terminate()
    print(f"{'':34} {answered.value} graphs answered meanwhile")


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        ports = pathlib.Path(folder) / "ports"
        command = [program, "serve", "--port", "0", "--no-scribe", "--port-file", ports]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
            while not ports.exists():
                time.sleep(0.01)
            port = int(ports.read_text().split("=")[1])
            now_us = int(time.time() * 1e6)
            fill(port, now_us)
            report("alone", look_up(port))
            look_up_beside_graphs(port, now_us, "beside 4, each a window of its own", False)
            look_up_beside_graphs(port, now_us, "beside 4, one window", True)
            begin = time.perf_counter()
            server.terminate()
            server.wait()
            print(f"{'ended in':34} {time.perf_counter() - begin:.3f} s")


if __name__ == "__main__":
    main(sys.argv[1])
