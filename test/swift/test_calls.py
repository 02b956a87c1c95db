# SPDX-License-Identifier: Apache-2.0
"""Each way in which a call between Swift's servers can end, made with Swift's own connections.

Method: programs/calls.py under Debian's Python against a server that answers by the last part of
the path; no cluster.
"""

import json
import os
import socket
import subprocess
import threading

import installed
import pytest
from conftest import HERE

PROGRAM = HERE / "programs/calls.py"
PROGRAM_SECONDS_MAX = 120
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Peer:
    """Answers each connection's one request; `silence` is kept until close()."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.headers = {}
        self.is_over = threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection, connection.makefile("rb") as stream:
            target = stream.readline().split()[1].decode()
            lines = list(iter(stream.readline, b"\r\n"))
            pairs = (line.decode().strip().lower().partition(":") for line in lines)
            self.headers[target] = {name: value.strip() for name, _, value in pairs}
            word = target.rpartition("/")[2]
            if word == "silence":
                self.is_over.wait()
            elif word != "drop":
                if word.startswith("continue"):
                    connection.sendall(CONTINUE)
                    stream.read(4)
                status = word if word.isdigit() else "201"
                connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())

    def close(self):
        self.is_over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture(scope="module")
def unused_port():
    """A port of this machine that refuses connections."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))  # bound, never listening
        yield sock.getsockname()[1]


@pytest.fixture(scope="module")
def peer():
    peer = Peer()
    yield peer
    peer.close()


@pytest.fixture(scope="module")
def calls(traced, peer, unused_port, module_collector):
    """What calls.py says; its spans are in calls["spans"], by their path."""
    options = {
        "port": peer.port,
        "away": unused_port,
        "endpoint": module_collector.endpoint,
    }
    environment = {**os.environ, **traced[1], "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [installed.PYTHON, PROGRAM, json.dumps(options)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PROGRAM_SECONDS_MAX,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said["faults"] == {}
    clients = [span for span in module_collector.spans() if span["kind"] == "CLIENT"]
    assert len(clients) == len(said["done"])
    # And a server's, of SLO.
    assert said["stats"]["finished"] == said["stats"]["sent"] == len(clients) + 1
    said["spans"] = {span["tags"]["http.path"]: span for span in clients}
    return said


def span_of(calls, path):
    return calls["spans"][f"/sda1/77/a{path}"]


def words(span):
    return [annotation["value"] for annotation in span["annotations"]]


def test_the_calls_end_as_they_would_untraced(calls):
    assert calls["done"] == {
        "goes on": [100, 201],
        "is full": 507,
        "has it already": 409,
        "times out": "timeout",
        "is dropped": "RemoteDisconnected",
        "is closed": 100,
        "is refused": "ConnectionRefusedError",
        "commits": 201,
        "two greenthreads": 201,
        "of an account": 201,
        "of a container": 201,
        "of an object": 201,
        "updates a container": 201,
        "updates an account": 201,
        "replicates": 201,
        "elsewhere": 201,
        "of SLO": 201,
    }


def test_a_call_that_may_go_on_ends_with_the_answer(calls, peer):
    for path in ("/c/continue", "/c/continue-two"):
        span = span_of(calls, path)
        assert (span["kind"], span["name"]) == ("CLIENT", "put object")
        assert words(span) == ["100-continue", "body sent"]
        assert span["remoteEndpoint"] == {"ipv4": "127.0.0.1", "port": peer.port}
        assert span["tags"] == {
            "http.method": "PUT",
            "http.path": f"/sda1/77/a{path}",
            "http.status_code": "201",
            "swift.device": "sda1",
            "swift.partition": "77",
            "swift.policy": "2",
            "swift.trans_id": "tx1",
        }


def test_the_server_is_told_the_trace(calls, peer):
    span = span_of(calls, "/c/continue")
    headers = peer.headers["/sda1/77/a/c/continue"]
    assert headers["x-b3-traceid"] == span["traceId"]
    assert headers["x-b3-spanid"] == span["id"]


@pytest.mark.parametrize("status", ["507", "409"])
def test_a_final_answer_instead_of_100_ends_the_call(calls, status):
    span = span_of(calls, f"/c/{status}")
    assert span["tags"]["http.status_code"] == span["tags"]["error"] == status
    assert words(span) == []


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/c/silence", "Timeout"),
        ("/c/drop", "RemoteDisconnected"),
        ("/c/continue-closed", "closed before the response"),
        ("/c/refused", "ConnectionRefusedError"),
    ],
)
def test_a_call_without_an_answer_is_an_error(calls, path, error):
    span = span_of(calls, path)
    assert error in span["tags"]["error"]
    assert "http.status_code" not in span["tags"]
    assert span["name"] == "put object"


def test_a_server_that_is_away_is_known_by_its_address(calls, unused_port):
    span = span_of(calls, "/c/refused")
    assert span["remoteEndpoint"] == {"ipv4": "127.0.0.1", "port": unused_port}


def test_the_second_half_of_a_put_is_told(calls):
    assert words(span_of(calls, "/c/continue-commit")) == ["100-continue", "commit", "body sent"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "get account"),
        ("/c", "get container"),
        ("/c/o/with/slashes%2520and%3Fmarks", "get object"),
        ("/c/o1", "get container"),
        ("/c1", "get account"),
    ],
)
def test_a_call_is_named_by_who_serves_it(calls, path, name):
    assert span_of(calls, path)["name"] == name


def test_a_path_of_no_account_is_named_by_its_method(calls):
    span = calls["spans"]["/sda1/77/suffix"]
    assert span["name"] == "replicate"
    assert span["tags"]["swift.device"] == "sda1"
    span = calls["spans"]["/info"]
    assert span["name"] == "get"
    assert "swift.device" not in span["tags"]


def test_a_greenthread_knows_whose_request_it_works_for(calls):
    assert span_of(calls, "/c/o2")["tags"]["swift.source"] == "SLO"
    assert "swift.source" not in span_of(calls, "/c/o1")["tags"]
