# SPDX-License-Identifier: Apache-2.0
"""One running `clew serve` on free ports of the loopback, and what a client needs to talk to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from urllib.parse import urlencode

START_SECONDS_MAX = 20  # with sanitizers, on a busy machine
STOP_SECONDS_MAX = 20


class Server:
    def __init__(self, binary, port_file, flags=(), environment=None):
        self.log = port_file.with_suffix(".log")
        command = [binary, "serve", "--port", "0", "--scribe-port", "0"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*command, "--port-file", port_file, *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
            )
        ports = self.wait_for(port_file)
        self.port = int(ports["http"])
        self.scribe_port = int(ports.get("scribe", 0))

    def wait_for(self, port_file):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            if port_file.exists():
                return dict(line.split("=") for line in port_file.read_text().split())
            time.sleep(0.005)
        self.process.kill()
        raise AssertionError(f"clew serve did not start:\n{self.log.read_text()}")

    def stop(self):
        """Ends it as an operator would; the exit status and the sanitizers must be clean."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        assert status == 0, f"exit status {status}:\n{self.log.read_text()[-4000:]}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) over a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()

    def post(self, spans):
        body = spans if isinstance(spans, bytes) else json.dumps(spans).encode()
        headers = {"Content-Type": "application/json"}
        status, _, answer = self.request("POST", "/api/v2/spans", body, headers)
        assert status == 202, (status, answer)

    def get(self, path, **parameters):
        query = f"?{urlencode(parameters)}" if parameters else ""
        status, _, body = self.request("GET", f"/api/v2/{path}{query}")
        assert status == 200, (path, status, body)
        return json.loads(body)

    def scribe(self):
        return socket.create_connection(("127.0.0.1", self.scribe_port), timeout=30)


def read_frame(connection):
    """One framed reply: its length and its bytes, as they came."""
    length = read_exactly(connection, 4)
    return length + read_exactly(connection, int.from_bytes(length, "big"))


def read_exactly(connection, size):
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        assert part, f"the peer closed after {len(received)} of {size} bytes"
        received += part
    return received
