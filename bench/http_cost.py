#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU microseconds that one POST costs the server: transport/http beside a minimal Beast server.

    bench/http_cost.py --build FOLDER [--rounds N] [--json FILE]

Both servers run on one thread and answer 202 to whole requests; `clew serve` with one loop thread
decodes and stores on top. The three take turns, every round on a fresh process; the CPU time is the
kernel's own account of the server's threads. On a shared machine trust the ratio, not the times.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

CONNECTIONS = 32
BODIES = {"1 span": (1, 30_000), "100 spans": (100, 6_000)}
GOAL = 1.3
START_SECONDS = 20


def span(number):
    """A span of about 550 bytes: 8 tags, 2 endpoints."""
    return {
        "traceId": f"{number + 1:032x}",
        "parentId": f"{number + 1:016x}",
        "id": f"{number + 2:016x}",
        "kind": "CLIENT",
        "name": "get /api/accounts",
        "timestamp": int(time.time()) * 1_000_000 + number,
        "duration": 207_000 + number,
        "localEndpoint": {"serviceName": "frontend", "ipv4": "10.0.0.17", "port": 8080},
        "remoteEndpoint": {"serviceName": "backend", "ipv4": "10.0.0.23", "port": 9000},
        "tags": {
            "http.method": "GET",
            "http.path": "/api/accounts",
            "http.status_code": "200",
            "http.host": "backend.internal",
            "component": "requests",
            "environment": "production",
            "region": "eu-central-1",
            "request.id": f"{number:08x}-0000-4000-8000-000000000000",
        },
    }


class RunningServer:
    """A server process pinned to the first CPU, and the CPU time that its threads have had."""

    def __init__(self, command, port_file=None):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        os.sched_setaffinity(self.process.pid, {min(os.sched_getaffinity(0))})
        self.port = port_of(port_file) if port_file else int(self.process.stdout.readline())

    def cpu_seconds(self):
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def stop(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)


def port_of(port_file):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text().split()[0].removeprefix("http="))
        time.sleep(0.01)
    raise SystemExit("clew serve wrote no port file in time")


def commands(folder, port_file):
    """What is measured, by name; the order is the order of the turns."""
    return {
        "floor": ([folder / "http_floor"], None),
        "transport": ([folder / "http_server"], None),
        "serve": (
            [
                *(folder / "clew", "serve", "--port", "0", "--no-scribe", "--threads", "1"),
                *("--log-level", "off", "--port-file", port_file),
            ],
            port_file,
        ),
    }


def microseconds(folder, server, body, requests):
    load = [folder / "http_load", str(server.port), body, str(CONNECTIONS)]
    warm_up = str(max(requests // 10, CONNECTIONS))
    run(load + [warm_up])
    before = server.cpu_seconds()
    run(load + [str(requests)])
    return (server.cpu_seconds() - before) / requests * 1e6


def run(command):
    os_cpus = os.sched_getaffinity(0)
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=120,
        preexec_fn=lambda: os.sched_setaffinity(0, {max(os_cpus)}),
    )


def measure(folder, rounds):
    """Microseconds per request of each round: {body: {server: [...]}}."""
    results = {body: {} for body in BODIES}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, (spans, _) in BODIES.items():
            body = json.dumps([span(i) for i in range(spans)], separators=(",", ":"))
            (scratch / name).write_text(body)
        for _ in range(rounds):
            for server_name, (command, port_file) in commands(folder, scratch / "ports").items():
                server = RunningServer(command, port_file)
                try:
                    for name, (_, requests) in BODIES.items():
                        cost = microseconds(folder, server, scratch / name, requests)
                        results[name].setdefault(server_name, []).append(cost)
                finally:
                    server.stop()
                    (scratch / "ports").unlink(missing_ok=True)
    return results


def summary(results):
    """One row a body: medians, and the median of the ratios of each round."""
    rows = []
    for body, servers in results.items():
        pairs = zip(servers["transport"], servers["floor"], strict=True)
        row = {"body": body, "ratio": statistics.median(ours / floor for ours, floor in pairs)}
        row.update({name: statistics.median(costs) for name, costs in servers.items()})
        rows.append(row)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = summary(measure(arguments.build.resolve() / "bin", arguments.rounds))
    print("| POST | floor µs | transport/http µs | ratio | goal | clew serve µs (decode, store) |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(
            f"| {row['body']} | {row['floor']:.1f} | {row['transport']:.1f}"
            f" | **{row['ratio']:.2f}** | ≤ {GOAL} | {row['serve']:.1f} |"
        )
    print("\nThe floor is a Beast server that reads whole requests into a reserved buffer.")
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
