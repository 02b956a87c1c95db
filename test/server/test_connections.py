# SPDX-License-Identifier: Apache-2.0
"""Connections and file descriptors run out: idle peers make room, newcomers are told, and the
operator is always answered."""

import base64
import json
import socket
import time

import pytest
from server import Server, read_frame
from test_golden_scribe import OLD_HEADER, log_call
from test_read_your_writes import thrift_span

WAIT_SECONDS_MAX = 10
GET_HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
GET_SERVICES = b"GET /api/v2/services HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY_BEGUN = b"POST /api/v2/spans HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n["
HEAD_BEGUN = b"GET /api/v2/services HTTP/1.1\r\nX: "


def connect(port, sent=b""):
    peer = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS_MAX)
    peer.sendall(sent)
    return peer


def status_of(peer):
    """Of the next answer; 0 when the server closes instead."""
    try:
        answer = peer.recv(65536)
    except ConnectionResetError:
        return 0
    return int(answer.split()[1]) if answer else 0


def ask(port, sent):
    with connect(port, sent) as peer:
        return status_of(peer)


def metrics(server):
    status, _, body = server.request("GET", "/metrics")
    assert status == 200
    return json.loads(body)


def close_all(peers):
    for peer in peers:
        peer.close()


@pytest.mark.parametrize("sent", [b"", HEAD_BEGUN])
def test_peers_that_send_no_request_make_room(start, sent):
    server = start("--connections-max", "20")
    waiting = [connect(server.port, sent) for _ in range(40)]
    wait_until(lambda: ask(server.port, GET_SERVICES) == 200)  # all of them are accepted
    for _ in range(30):
        assert ask(server.port, GET_SERVICES) == 200
    counts = metrics(server)
    assert counts["gauge.clew_http_connections"] <= 21
    assert counts["counter.clew_http_connections_made_room"] >= 1
    close_all(waiting)


def test_the_longest_idle_connection_makes_room_first(start):
    server = start("--connections-max", "3")
    peers = [connect(server.port) for _ in range(3)]
    for peer in peers[1:]:
        peer.sendall(GET_SERVICES)
        assert status_of(peer) == 200
    assert ask(server.port, GET_SERVICES) == 200
    assert status_of(peers[0]) == 0
    for peer in peers[1:]:
        peer.sendall(GET_SERVICES)
        assert status_of(peer) == 200
    close_all(peers)


def test_operators_are_answered_when_all_connections_are_busy(start):
    server = start("--connections-max", "10", "--message-bytes-per-second-min", "0")
    busy = [connect(server.port, BODY_BEGUN) for _ in range(10)]
    wait_until(lambda: ask(server.port, GET_SERVICES) == 503)
    silent = [connect(server.port) for _ in range(200)]  # they wait beyond the limit
    for path in ("/health", "/actuator/health", "/metrics", "/prometheus", "/info"):
        assert ask(server.port, GET_HEALTH.replace(b"/health", path.encode())) == 200, path
    assert ask(server.port, BODY_BEGUN) == 503
    counts = metrics(server)
    assert counts["gauge.clew_http_connections"] == 10
    assert counts["counter.clew_http_connections_refused"] >= 7
    close_all(busy + silent)


def test_a_scribe_client_finds_room_among_idle_ones(start):
    server = start("--scribe-connections-max", "5")
    idle = [connect(server.scribe_port) for _ in range(20)]
    wait_until(lambda: metrics(server)["gauge.clew_scribe_connections"] == 5)
    for number in range(1, 11):
        with server.scribe() as peer:
            peer.sendall(log_call(OLD_HEADER, base64.b64encode(thrift_span(number))))
            assert read_frame(peer)[-8:] == bytes.fromhex("0800000000000000")
    assert metrics(server)["counter.clew_scribe_connections_made_room"] >= 1
    close_all(idle)


def test_few_descriptors_limit_the_connections_and_are_reported(binary, tmp_path):
    limited = tmp_path / "limited"
    limited.write_text(f'#!/bin/sh\nulimit -n 128\nexec "{binary}" "$@"\n')
    limited.chmod(0o755)
    server = Server(str(limited), tmp_path / "ports")
    try:
        log = server.log.read_text().splitlines()
        warnings = [line for line in log if "fewer connections" in line]
        assert len(warnings) == 1
        assert "descriptors=128" in warnings[0]
        assert "connections_wanted=8192" in warnings[0]
        peers = [connect(server.port, BODY_BEGUN) for _ in range(100)]
        idle = [connect(server.scribe_port) for _ in range(100)]
        assert ask(server.port, GET_HEALTH) == 200
        wait_until(lambda: ask(server.port, GET_SERVICES) == 503)
        assert metrics(server)["gauge.clew_http_connections"] <= 32
        close_all(peers + idle)
        wait_until(lambda: ask(server.port, GET_SERVICES) == 200)
    finally:
        server.stop()


def test_a_raised_limit_of_descriptors_needs_no_warning(start):
    server = start("--connections-max", "100", "--scribe-connections-max", "100")
    assert "fewer connections" not in server.log.read_text()


def wait_until(condition):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
