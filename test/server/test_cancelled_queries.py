# SPDX-License-Identifier: Apache-2.0
"""Queries end when nobody waits for them: their client has gone, their time is over, or the server
stops."""

import socket
import time

import pytest
from test_health import SLOW_SEARCH, spans

DEPENDENCIES = "/api/v2/dependencies?endTs={end}&lookback=86400000"
WAIT_SECONDS_MAX = 20
QUERIES = 60


@pytest.fixture
def fill():
    def fill_server(server):
        for first in range(1, 20_000, 2_000):
            server.post(spans(2_000, first))
        return server

    return fill_server


def ask(server, target):
    """A request whose answer is not read yet."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return connection


def counter(server, name):
    text = server.request("GET", "/prometheus")[2].decode()
    rows = [row for row in text.splitlines() if row.startswith(f"{name}_total")]
    return float(rows[0].split()[-1])


def wait_until(condition):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_queries_whose_clients_hang_up_are_cancelled(start, fill):
    server = fill(start("--query-threads", "1"))
    end = int(time.time() * 1000)
    for number in range(QUERIES):
        ask(server, DEPENDENCIES.format(end=end + number)).close()
    # The first few may have been answered before their client was seen to be gone.
    wait_until(lambda: counter(server, "clew_queries_cancelled") >= QUERIES - 5)
    assert server.get("services") == ["front"]


def test_a_query_ends_at_its_deadline_and_says_so(start, fill):
    server = fill(start("--query-timeout", "1ms"))
    status, headers, body = server.request("GET", SLOW_SEARCH)
    assert status == 503
    assert body == b"the query took longer than query-timeout, 1 ms"
    assert headers["Retry-After"] == "1"


def test_a_server_with_waiting_queries_ends_in_time(start, fill):
    server = fill(start("--query-threads", "1", "--shutdown-ms-max", "100"))
    waiting = [ask(server, SLOW_SEARCH) for _ in range(QUERIES)]
    wait_until(lambda: counter(server, "clew_http_requests") >= QUERIES)
    begin = time.monotonic()
    server.stop()
    # 100 ms and half a second by promise; the rest is for sanitizers on a busy machine.
    assert time.monotonic() - begin < 5
    for connection in waiting:
        connection.close()
