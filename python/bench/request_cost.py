# SPDX-License-Identifier: Apache-2.0
"""What does tracing add to a request of an eventlet hello world, in the server's process alone?

usage: request_cost.py [--rounds N] [--requests N] [--counted N] [--instructions-only] [--gate]
                       [--json]

Instructions are counted by callgrind in one server that is traced and not traced by turns: the
thread that serves, and all threads of the process. Time is the median latency of a server that is
traced beside a twin that is not, and beside a third that is not either: what the machine does. The
client is a process of its own, so nothing of it is in the base.

--gate: status 1 where the serving thread's instructions are over GATES.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Of the instructions of an untraced request, what may be added; and what time should not exceed.
GATES = {"recorded": 0.030, "not sampled": 0.010}
AIMS = {"recorded": 1.05, "not sampled": 1.02}
SECONDS_MAX = 180
REQUEST = b"GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n"
WARM_UP = 50
# Of each mode under callgrind, interleaved.
TURNS = 9


class Server:
    """A server of serving_hello.py; `prefix` runs it under a tool."""

    def __init__(self, sink_port, prefix=(), folder=None):
        command = [*prefix, sys.executable, HERE / "serving_hello.py", str(sink_port)]
        self.program = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        line = self.program.stdout.readline()
        if not line:
            raise SystemExit("the server did not start")
        ports = [int(word) for word in line.split()]
        self.client, self.control = (connected(port) for port in ports)

    def turn(self, mode):
        """Traced from now on as the mode says: "untraced" or one of GATES."""
        self.control.sendall(f"{mode}\n".encode())
        assert self.control.recv(16) == b"ok\n"
        self.ask(WARM_UP)

    def ask(self, count):
        """Nanoseconds of each of `count` requests on one connection."""
        taken = []
        for _ in range(count):
            begin = time.perf_counter_ns()
            self.client.sendall(REQUEST)
            assert self.client.recv(4096).endswith(b"Hello, World!\r\n")
            taken.append(time.perf_counter_ns() - begin)
        return taken

    def stop(self):
        self.program.terminate()
        self.program.wait(30)


def connected(port):
    sock = socket.create_connection(("127.0.0.1", port), SECONDS_MAX)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


@contextlib.contextmanager
def sink():
    """A collector that takes everything; its port."""
    program = subprocess.Popen(
        [sys.executable, HERE / "sink.py"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(program.stdout.readline())
    finally:
        program.terminate()
        program.wait(10)


def counted(folder, pid, number):
    """{thread: instructions} of callgrind's dump of that number."""
    found = {}
    for path in folder.glob(f"callgrind.out.{pid}.{number}-*"):
        match = re.search(r"^(?:totals|summary): (\d+)", path.read_text(), re.MULTILINE)
        found[int(path.name.rpartition("-")[2])] = int(match.group(1)) if match else 0
    return found


def measure_instructions(port, requests):
    """{mode: (of the serving thread, of all threads)} for one request: the median of TURNS, because
    what a server does once a second falls into some of them.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tool = ["valgrind", "--tool=callgrind", "--separate-threads=yes"]
        server = Server(port, tool, folder)
        pid = server.program.pid
        found = {mode: [] for mode in ("untraced", *GATES)}
        each = max(requests // TURNS, 1)
        try:
            for number, mode in enumerate(list(found) * TURNS, 1):
                server.turn(mode)
                control(pid, "--zero")
                server.ask(each)
                control(pid, "--dump")
                threads = counted(folder, pid, number)
                found[mode].append((threads[1] / each, sum(threads.values()) / each))
        finally:
            server.stop()
        return {
            mode: tuple(statistics.median(column) for column in zip(*turns))
            for mode, turns in found.items()
        }


def control(pid, action):
    subprocess.run(
        ["callgrind_control", action, str(pid)],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS_MAX,
    )


def measure_time(port, rounds, requests):
    """{mode: median latency beside the untraced twin's}; "untraced" is what the machine does."""
    servers = {mode: Server(port) for mode in ("twin", "untraced", *GATES)}
    ratios = {mode: [] for mode in servers if mode != "twin"}
    base = []
    try:
        for mode, server in servers.items():
            server.turn("untraced" if mode == "twin" else mode)
        for _ in range(rounds):
            taken = {mode: statistics.median(s.ask(requests)) for mode, s in servers.items()}
            base.append(taken["twin"])
            for mode, found in ratios.items():
                found.append(taken[mode] / taken["twin"])
    finally:
        for server in servers.values():
            server.stop()
    return statistics.median(base), {mode: statistics.median(r) for mode, r in ratios.items()}


def print_table(counts, times):
    base, all_threads = counts["untraced"]
    print(f"CPython {sys.version.split()[0]}; an untraced request: {base:,.0f} instructions")
    print(f"{'':<14}{'added':>10}{'share':>8}{'gate':>8}{'all threads':>13}", end="")
    print(f"{'latency':>10}{'aim':>7}" if times else "")
    for mode, gate in GATES.items():
        added = counts[mode][0] - base
        others = counts[mode][1] - all_threads
        print(f"{mode:<14}{added:>10,.0f}{added / base:>8.2%}{gate:>8.1%}{others:>13,.0f}", end="")
        print(f"{times[1][mode]:>10.3f}{AIMS[mode]:>7.2f}" if times else "")
    if times:
        noise = times[1]["untraced"]
        print(
            f"latency of the twin: {times[0] / 1000:.0f} us; of another untraced one: {noise:.3f}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=80)
    parser.add_argument("--requests", type=int, default=300, help="of one round of latencies")
    parser.add_argument("--counted", type=int, default=4500, help="requests under callgrind")
    parser.add_argument("--instructions-only", action="store_true")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with sink() as port:
        counts = measure_instructions(port, options.counted)
        times = None
        if not options.instructions_only:
            times = measure_time(port, options.rounds, options.requests)
    if options.json:
        print(json.dumps({"instructions": counts, "times": times}, indent=1))
    else:
        print_table(counts, times)
    base = counts["untraced"][0]
    over = [mode for mode, gate in GATES.items() if counts[mode][0] / base - 1 > gate]
    if options.gate and over:
        sys.exit(f"over the gate: {', '.join(over)}")


if __name__ == "__main__":
    main()
