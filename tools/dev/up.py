# SPDX-License-Identifier: Apache-2.0
"""`./dev up` and `./dev down`: from a clone to a trace in a browser."""

import contextlib
import json
import signal
import socket
import sys
import time
import urllib.request

from dev import build, packages, running, venv
from dev.shell import BUILD, ROOT, Failure, say

QUICKSTART = ROOT / "examples/quickstart"
DEMO_PORTS = {"front": 8081, "middle": 8082, "back": 8083}
SCRIBE_PORT = 9410
DEMO_REQUESTS = 5
READY_SECONDS = 20
STATUS_SECONDS = 1


class Serve:
    """A running `clew serve`, asked over its API."""

    def __init__(self, address, port):
        self.address, self.port = address, port

    @property
    def local(self):
        """Where this machine reaches it: the loopback address when it listens everywhere."""
        name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.address, self.address)
        return f"http://[{name}]:{self.port}" if ":" in name else f"http://{name}:{self.port}"

    @property
    def shown(self):
        """Where a person reaches it: the machine's name when it listens everywhere."""
        if self.address in ("0.0.0.0", "::"):
            return f"http://{socket.gethostname()}:{self.port}"
        return self.local

    def get(self, path):
        with urllib.request.urlopen(self.local + path, timeout=5) as reply:
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
    return names >= set(DEMO_PORTS) and clients <= servers


def start_all(serve):
    """Starts the server and the demo's services, the last called first."""
    running.require_free(serve.address, serve.port, "use --port N")
    running.require_free("127.0.0.1", SCRIBE_PORT, "stop the other scribe collector")
    for name, port in DEMO_PORTS.items():
        running.require_free("127.0.0.1", port, f"the demo's service {name} needs it")
    python = venv.demo_python()
    binary = BUILD / "release/bin/clew"
    command = [binary, "serve", "--bind", serve.address, "--port", str(serve.port)]
    programs = [running.start("serve", command)]
    try:
        running.wait_until(serve.is_ready, READY_SECONDS, "clew serve to be ready", programs)
        for name in reversed(DEMO_PORTS):
            script = QUICKSTART / f"{name}.py"
            port = DEMO_PORTS[name]
            command = [python, script, "--port", str(port)]
            extra = {"CLEW_ENDPOINT": f"scribe://127.0.0.1:{SCRIBE_PORT}"}
            programs.append(running.start(name, command, extra, cwd=QUICKSTART))
            running.wait_until(lambda at=port: answers(at), READY_SECONDS, name, programs)
    except BaseException:
        stop(programs)
        raise
    return programs


def stop(programs):
    for program in reversed(programs):
        program.stop()


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def make_traces(serve, programs):
    """Sends the demo a few requests and waits until all can be read; returns one trace's id."""
    for _ in range(DEMO_REQUESTS):
        url = f"http://127.0.0.1:{DEMO_PORTS['front']}/bread"
        with urllib.request.urlopen(url, timeout=10) as reply:
            reply.read()

    def all_arrived():
        traces = serve.finished_traces()
        return traces if len(traces) >= DEMO_REQUESTS else None

    return running.wait_until(all_arrived, READY_SECONDS, "the demo's traces", programs)[0]


def up(address, port, detach):
    packages.install_missing("up")
    left = [program for program in running.recorded() if program.is_alive()]
    if left:
        names = ", ".join(program.name for program in left)
        raise Failure(f"already up ({names}): `./dev down` stops it")
    say("building clew (the first time takes some minutes)")
    build.build("release")
    serve = Serve(address, port)
    programs = start_all(serve)
    try:
        trace_id = make_traces(serve, programs)
        print(f"\n  the page:   {serve.shown}/zipkin/")
        print(f"  one trace:  {serve.shown}/zipkin/traces/{trace_id}")
        print("  the demo:   curl http://127.0.0.1:8081/bread  (one trace a request)\n")
        if detach:
            say("running; `./dev down` stops it")
        else:
            watch(serve, programs)
    except BaseException:
        stop(programs)
        raise
    if not detach:
        stop(programs)
    return 0


def watch(serve, programs):
    """A status line a second until Ctrl-C or SIGTERM; a Failure when a program ends by itself."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say("Ctrl-C stops the server and the demo")
    line = ""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            for program in programs:
                if not program.is_alive():
                    words = program.last_words()
                    raise Failure(f"{program.name} stopped by itself; its last lines:\n{words}")
            new_line = serve.status_line()
            if new_line != line:
                line = new_line
                print(f"\r{line} ", end="" if sys.stdout.isatty() else "\n", flush=True)
            time.sleep(STATUS_SECONDS)
    print("\nstopping")


def down():
    names = running.stop_recorded()
    say("stopped " + ", ".join(names) if names else "nothing was running")
    return 0
