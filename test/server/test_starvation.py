# SPDX-License-Identifier: Apache-2.0
"""Peers that send half of something, or nothing, and stay: beside hundreds of them a client that
behaves is served, whoever its neighbours are. The books stay exact: what it was told is stored is
what the server says it stored."""

import http.client
import json
import resource
import socket
import struct
import time

import pytest

SECONDS = 2  # of the well-behaved client's time
PEERS = 520  # declared 256 KiB each, these once held the whole budget of 128 MiB
ACCEPTED_SHARE_MIN = 0.99
IN_FLIGHT_MAX = 128 * 1024 * 1024
OTHER_ADDRESS = "127.0.0.2"
OWN_ADDRESS = "127.0.0.1"

LARGE = 256 * 1024


def http_head(*lines, method="POST", path="/api/v2/spans"):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


DECLARED = http_head(f"Content-Length: {LARGE + 1}")
SCRIBE_LENGTH = struct.pack(">I", LARGE + 1)

# What each peer sends before it falls silent: to which port, and whether the request can fit.
ATTACKS = {
    "http, a length and a byte": ("http", DECLARED + b"["),
    "http, a length": ("http", DECLARED),
    "http, all but the last byte": ("http", DECLARED + b" " * LARGE),
    "http, a chunk begun": ("http", http_head("Transfer-Encoding: chunked") + b"1\r\n[\r\n"),
    "http, chunks": (
        "http",
        http_head("Transfer-Encoding: chunked") + b"40000\r\n" + b" " * LARGE + b"\r\n",
    ),
    "http, a body where none is taken": (
        "http",
        http_head(f"Content-Length: {LARGE}", method="GET", path="/health") + b"[",
    ),
    "http, a small body but for its end": (
        "http",
        http_head("Content-Length: 16384") + b" " * 16383,
    ),
    "scribe, a length and a byte": ("scribe", SCRIBE_LENGTH + b"\x80"),
    "scribe, all but the last byte": ("scribe", SCRIBE_LENGTH + b"\x80" * LARGE),
    "scribe, a small frame but for its end": (
        "scribe",
        struct.pack(">I", 16384) + b"\x80" * 16383,
    ),
}


@pytest.fixture(scope="module", autouse=True)
def descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def silent_peer(port, address, sent):
    peer = socket.create_connection(("127.0.0.1", port), 10, source_address=(address, 0))
    peer.settimeout(0.2)
    try:
        peer.sendall(sent)
    except OSError:
        pass  # refused, or not read on: that is the server's right
    return peer


class WellBehaved:
    """Posts one span at a time over a connection that it keeps, and asks for the health."""

    def __init__(self, server):
        self.server = server
        self.connection = server.connect()
        self.spans = 0
        self.answers = []

    def ask(self, method, path, body=None):
        try:
            self.connection.request(method, path, body)
            response = self.connection.getresponse()
            response.read()
            return response.status
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return 0

    def run(self, seconds, spans_of_a_body=1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            body = json.dumps([self.span() for _ in range(spans_of_a_body)])
            status = self.ask("POST", "/api/v2/spans", body)
            self.spans += spans_of_a_body if status == 202 else 0
            self.answers += [status == 202, self.ask("GET", "/health") == 200]
            time.sleep(0.005)
        return sum(self.answers) / len(self.answers)

    def span(self):
        number = len(self.answers) + 1
        return {"traceId": f"{number:016x}", "id": f"{number:016x}", "name": "well-behaved"}


def metrics(server):
    status, _, body = server.request("GET", "/metrics")
    assert status == 200
    return json.loads(body)


def stored(server):
    return metrics(server)["counter.clew_collector_spans_stored.http"]


@pytest.fixture(scope="module")
def attacked(start_once):
    return start_once()


@pytest.mark.parametrize("address", [OTHER_ADDRESS, OWN_ADDRESS])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_small_message_passes_beside_silent_peers(attacked, attack, address):
    server = attacked
    port, sent = ATTACKS[attack]
    number = server.port if port == "http" else server.scribe_port
    before = stored(server)
    peers = [silent_peer(number, address, sent) for _ in range(PEERS)]
    client = WellBehaved(server)
    share = client.run(SECONDS)
    held = metrics(server)["gauge.clew_bytes_in_flight"]
    for peer in peers:
        peer.close()
    assert share >= ACCEPTED_SHARE_MIN, (share, held)
    assert held <= IN_FLIGHT_MAX
    assert stored(server) - before == client.spans


def test_a_larger_message_passes_beside_silent_peers_of_another_address(attacked):
    """Its own address owns a share that the silent peers cannot take."""
    before = stored(attacked)
    sent = DECLARED + b" " * LARGE
    peers = [silent_peer(attacked.port, OTHER_ADDRESS, sent) for _ in range(PEERS)]
    client = WellBehaved(attacked)
    share = client.run(SECONDS, spans_of_a_body=1500)  # about 130 KB
    for peer in peers:
        peer.close()
    assert share >= ACCEPTED_SHARE_MIN
    assert stored(attacked) - before == client.spans


def test_silent_peers_are_cut_off_and_counted(start):
    server = start("--message-bytes-per-second-min", "100000")
    peers = [
        silent_peer(server.port, OWN_ADDRESS, DECLARED + b"["),
        silent_peer(server.scribe_port, OWN_ADDRESS, SCRIBE_LENGTH + b"\x80"),
    ]
    for peer in peers:
        peer.settimeout(15)
    assert peers[0].recv(65536).startswith(b"HTTP/1.1 408 ")
    assert peers[1].recv(65536) == b""
    counts = metrics(server)
    assert counts["counter.clew_http_requests_refused.too_slow"] == 1
    assert counts["counter.clew_scribe_calls_refused.too_slow"] == 1
    assert counts["gauge.clew_bytes_in_flight"] == 0
