# SPDX-License-Identifier: Apache-2.0
"""A running `clew serve` and the three services of examples/quickstart that report to it."""

import contextlib
import json
import re
import socket
import urllib.request

from dev import running
from dev.shell import ROOT

QUICKSTART = ROOT / "examples/quickstart"
# In the order in which they call each other; 0 takes any free port.
PORTS = {"front": 8081, "middle": 8082, "back": 8083}
REQUESTS = 5
READY_SECONDS = 60  # a sanitizer and a busy machine are slow to start


class Serve:
    """A running `clew serve`, asked over its API."""

    def __init__(self, address, port):
        self.address, self.port = address, port

    @property
    def host(self):
        """Where this machine reaches it: the loopback address when it listens everywhere."""
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)
        return f"[{name}]" if ":" in name else name

    @property
    def local(self):
        return f"http://{self.host}:{self.port}"

    @property
    def shown(self):
        """Where a person reaches it: the machine's name when it listens everywhere."""
        if self.address in ("0.0.0.0", "::"):
            return f"http://{socket.gethostname()}:{self.port}"
        return self.local

    def get(self, path):
        with urllib.request.urlopen(self.local + path, timeout=10) as reply:
            return json.load(reply)

    def is_ready(self):
        with contextlib.suppress(OSError, ValueError):
            return self.get("/health").get("status") == "UP"
        return False

    def finished_traces(self):
        """The ids of the demo's traces that are whole, newest first."""
        traces = self.get("/api/v2/traces?serviceName=front&limit=50")
        return [trace[0]["traceId"] for trace in traces if is_whole(trace)]

    def status_line(self):
        """What it has received and what it holds, in a few words."""
        numbers = self.get("/metrics")
        prefix = "counter.zipkin_collector.spans."
        spans = sum(value for name, value in numbers.items() if name.startswith(prefix))
        traces = numbers.get("gauge.clew_storage_traces", 0)
        return f"{int(spans)} spans received, {int(traces)} traces"


def is_whole(trace):
    """Every service of the demo has answered, and every call has both of its halves."""
    servers, clients, names = set(), set(), set()
    for span in trace:
        if span.get("kind") == "SERVER" and "duration" in span:
            servers.add(span["id"])
            names.add(span["localEndpoint"]["serviceName"])
        elif span.get("kind") == "CLIENT":
            clients.add(span["id"])
    return names >= set(PORTS) and clients <= servers


class Demo:
    """Starts the server and the services one after the other; stop() ends them in reverse.

    binary, python: the program and the interpreter to use. folder: where logs and records go.
    """

    def __init__(self, binary, python, folder=None):
        self.binary, self.python = binary, python
        self.folder = folder or running.FOLDER
        self.programs = []
        self.ports = {}
        self.serve = None

    def start_serve(self, address, port, scribe_port):
        ports = self.folder / "ports"
        ports.unlink(missing_ok=True)
        command = [self.binary, "serve", "--bind", address, "--port", port]
        command += ["--scribe-port", scribe_port, "--port-file", ports]
        self._start("serve", command)
        found = self._wait(lambda: read_ports(ports), "clew serve to listen")
        self.ports.update(found)
        self.serve = Serve(address, found["http"])
        self._wait(self.serve.is_ready, "clew serve to be ready")

    def start_services(self, ports):
        """The last called first, so that nobody calls one that is not there yet."""
        extra = {"CLEW_ENDPOINT": f"scribe://{self.serve.host}:{self.ports['scribe']}"}
        called = None
        for name in reversed(ports):
            command = [self.python, QUICKSTART / f"{name}.py", "--port", ports[name]]
            if called is not None:
                command += [f"--{called}", f"127.0.0.1:{self.ports[called]}"]
            program = self._start(name, command, extra)
            self.ports[name] = self._wait(lambda at=program: said_port(at), f"{name} to listen")
            called = name

    def make_traces(self):
        """Sends a few requests and waits until all can be read; returns one trace's id."""
        for _ in range(REQUESTS):
            url = f"http://127.0.0.1:{self.ports['front']}/bread"
            with urllib.request.urlopen(url, timeout=10) as reply:
                reply.read()

        def all_arrived():
            traces = self.serve.finished_traces()
            return traces if len(traces) >= REQUESTS else None

        return self._wait(all_arrived, "the demo's traces")[0]

    def stop(self):
        for program in reversed(self.programs):
            program.stop()

    def _start(self, name, command, extra=None):
        program = running.start(name, command, extra, QUICKSTART, self.folder)
        self.programs.append(program)
        return program

    def _wait(self, ready, what):
        return running.wait_until(ready, READY_SECONDS, what, self.programs)


def read_ports(path):
    """{"http": 9411, "scribe": 9410} of a --port-file; None until it is written."""
    text = path.read_text() if path.is_file() else ""
    pairs = [line.partition("=") for line in text.splitlines()]
    found = {name: int(port) for name, _, port in pairs if port.isdigit()}
    return found if {"http", "scribe"} <= set(found) else None


def said_port(program):
    """The port in a service's "front listens on port 8081"; None until it is said."""
    match = re.search(r"listens on port (\d+)\n", program.log.read_text(errors="replace"))
    return int(match.group(1)) if match else None
