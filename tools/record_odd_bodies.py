#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what a real Zipkin server makes of the bodies of test/server/odd_bodies.py, for
test_odd_bodies.py to hold clew against.

    mvn dependency:copy -Dartifact=io.zipkin:zipkin-server:3.6.1:jar:exec -DoutputDirectory=.
    tools/record_odd_bodies.py zipkin-server-3.6.1-exec.jar

Needs a Java of version 17 or later. Only the loopback is listened on.
"""

import contextlib
import json
import pathlib
import socket
import subprocess
import sys
import time

SERVER_TESTS = pathlib.Path(__file__).resolve().parents[1] / "test" / "server"
sys.path.insert(0, str(SERVER_TESTS))

import odd_bodies  # noqa: E402

START_SECONDS_MAX = 120
SPAN_SECONDS_MAX = 5


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def zipkin(jar):
    """The port of a server that answers, with memory storage."""
    port = free_port()
    listen = [
        f"-Darmeria.ports[0].{key}={value}"
        for key, value in (("ip", "127.0.0.1"), ("port", port), ("protocols[0]", "http"))
    ]
    server = subprocess.Popen(
        ["java", "-Xmx300m", *listen, "-jar", jar],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_up(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_until_up(server, port):
    deadline = time.monotonic() + START_SECONDS_MAX
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if odd_bodies.ask(port, "GET", "/health")[0] == 200:
                return
        time.sleep(0.2)
    raise SystemExit("Zipkin did not start")


def main():
    (jar,) = sys.argv[1:]
    with zipkin(jar) as port:
        verdicts = {
            name: odd_bodies.verdict(port, name, SPAN_SECONDS_MAX) for name in odd_bodies.BODIES
        }
    recorded = {"recorded_from": pathlib.Path(jar).name, "verdicts": verdicts}
    text = json.dumps(recorded, indent=1, ensure_ascii=True) + "\n"
    (SERVER_TESTS / "odd_bodies.json").write_text(text)


if __name__ == "__main__":
    main()
