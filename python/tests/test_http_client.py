# SPDX-License-Identifier: Apache-2.0
"""What the hooks of http.client make of calls that are refused, repeated, or given up.
Method: a connection used by hand, as urllib3, httplib2 and others use it.
"""

import http.client

import pytest
from raw_server import CLOSE, OK, answering


@pytest.fixture
def connection(echo):
    connection = http.client.HTTPConnection(echo.address, timeout=20)
    yield connection
    connection.close()


def only(traced):
    (span,) = traced.finished()
    return span


def end_of(span):
    return span["timestamp"] + span["duration"]


def test_getresponse_may_be_refused_and_called_again(traced, connection, path):
    """As urllib3 1.x does on each call: buffering=True is from the days of Python 2.7."""
    connection.request("GET", f"/{path}")
    with pytest.raises(TypeError, match="buffering"):
        connection.getresponse(buffering=True)
    assert traced.finished() == []
    assert connection.getresponse().read() == b"ok"
    assert only(traced)["tags"] == {
        "http.method": "GET",
        "http.path": f"/{path}",
        "http.status_code": "200",
    }


def test_getresponse_that_is_refused_for_good_is_the_error(traced, connection, path):
    connection.request("GET", f"/{path}")
    with pytest.raises(TypeError):
        connection.getresponse(1, 2)
    connection.close()
    tags = only(traced)["tags"]
    assert tags["error"].startswith("TypeError: HTTPConnection.getresponse() takes")
    assert "http.status_code" not in tags


def test_a_refusal_is_forgotten_once_the_call_succeeds(traced, connection, path):
    connection.request("GET", f"/{path}")
    with pytest.raises(TypeError):
        connection.getresponse(buffering=True)
    connection.getresponse().read()
    connection.request("GET", f"/{path}")
    connection.close()
    errors = [span["tags"].get("error") for span in traced.finished()]
    assert errors == [None, "closed before the response"]


def test_a_response_before_the_previous_one_is_read_is_not_ready(traced, connection, path):
    connection.request("GET", f"/{path}/1")
    first = connection.getresponse()
    first.peek()  # all of its body, or its buffer might swallow the second response, too
    connection.request("GET", f"/{path}/2")
    with pytest.raises(http.client.ResponseNotReady):
        connection.getresponse()
    first.read()
    assert connection.getresponse().read() == b"ok"
    spans = traced.finished()
    assert [span["tags"]["http.path"] for span in spans] == [f"/{path}/1", f"/{path}/2"]
    assert [span["tags"]["http.status_code"] for span in spans] == ["200", "200"]
    assert not any("error" in span["tags"] for span in spans)


def test_getresponse_called_twice_is_one_span(traced, connection, path):
    connection.request("GET", f"/{path}")
    connection.getresponse().read()
    with pytest.raises(http.client.ResponseNotReady):
        connection.getresponse()
    assert "error" not in only(traced)["tags"]


def test_a_request_while_another_is_under_way_is_refused(traced, connection, path):
    connection.request("GET", f"/{path}/1")
    with pytest.raises(http.client.CannotSendRequest):
        connection.request("GET", f"/{path}/2")
    connection.getresponse().read()
    assert only(traced)["tags"]["http.path"] == f"/{path}/1"


def test_endheaders_may_be_refused_and_called_again(traced, connection, echo, path):
    connection.putrequest("GET", f"/{path}")
    with pytest.raises(TypeError):
        connection.endheaders(nonsense=True)
    connection.endheaders()
    connection.getresponse().read()
    span = only(traced)
    assert span["tags"]["http.status_code"] == "200"
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-spanid"] == [span["id"]]
    assert sent["x-b3-traceid"] == [span["traceId"]]


def test_endheaders_that_is_refused_for_good_is_no_span(traced, connection, path):
    connection.putrequest("GET", f"/{path}")
    with pytest.raises(TypeError):
        connection.endheaders(nonsense=True)
    connection.close()
    assert traced.finished() == []
    assert traced.tracer.stats()["finished"] == 0


def test_a_body_of_a_wrong_type_is_an_error(traced, connection, path):
    with pytest.raises(TypeError):
        connection.request("POST", f"/{path}", body=object(), headers={"Content-Length": "1"})
    assert only(traced)["tags"]["error"].startswith("TypeError: ")


@pytest.mark.parametrize("arguments", [(), ("GET",), ("GET", "/a b"), ("G\n", "/"), (b"GET", "/")])
def test_putrequest_that_is_refused_is_no_span(traced, connection, path, arguments):
    with pytest.raises((TypeError, ValueError, http.client.InvalidURL)):
        connection.putrequest(*arguments)
    connection.close()  # http.client itself takes some of these for begun
    connection.request("GET", f"/{path}")
    connection.getresponse().read()
    assert only(traced)["tags"]["http.path"] == f"/{path}"


def test_close_that_is_refused_ends_nothing(traced, connection, path):
    connection.request("GET", f"/{path}")
    with pytest.raises(TypeError):
        connection.close("now")
    connection.getresponse().read()
    assert "error" not in only(traced)["tags"]


def test_a_request_that_was_begun_before_a_close_is_forgotten(traced, connection, path):
    connection.putrequest("GET", f"/{path}")
    connection.close()
    with pytest.raises(http.client.CannotSendHeader):
        connection.endheaders()
    assert traced.finished() == []


@pytest.mark.parametrize("status", [b"100 Continue", b"103 Early Hints"])
def test_an_interim_response_ends_no_span_twice(traced, status):
    interim = b"HTTP/1.1 " + status + b"\r\nLink: </a>\r\n\r\n"
    with answering(interim + OK) as server:
        connection = http.client.HTTPConnection(server.address, timeout=20)
        connection.request("GET", "/interim")
        found = connection.getresponse().status
        connection.close()
    span = only(traced)
    assert span["tags"]["http.status_code"] == str(found)
    assert "error" not in span["tags"]


def test_a_connection_that_went_stale_is_an_error_of_the_request_that_met_it(traced):
    with answering(OK, CLOSE) as server:
        connection = http.client.HTTPConnection(server.address, timeout=20)
        for number in (1, 2, 2):  # the caller repeats the second one: a new connection
            connection.request("GET", f"/{number}")
            try:
                connection.getresponse().read()
            except http.client.RemoteDisconnected:
                continue
        connection.close()
    spans = traced.finished()
    assert [span["tags"]["http.path"] for span in spans] == ["/1", "/2", "/2"]
    assert [span["tags"].get("http.status_code") for span in spans] == ["200", None, "200"]
    assert [span["tags"].get("error", "")[:18] for span in spans] == ["", "RemoteDisconnected", ""]
    assert len({span["id"] for span in spans}) == len(server.requests) == 3


class Broken:
    """A socket whose server has gone."""

    def __init__(self, sock):
        self._sock = sock

    def sendall(self, _):
        raise BrokenPipeError(32, "Broken pipe")

    def __getattr__(self, name):
        return getattr(self._sock, name)


def test_a_broken_pipe_is_the_error_where_no_answer_is_read(traced, connection, path):
    connection.connect()
    connection.sock = Broken(connection.sock)
    with pytest.raises(BrokenPipeError):
        connection.request("GET", f"/{path}")
    connection.close()
    assert only(traced)["tags"]["error"] == "BrokenPipeError: [Errno 32] Broken pipe"


def test_an_answer_after_a_broken_pipe_counts(traced):
    with answering(OK) as server:
        connection = http.client.HTTPConnection(server.address, timeout=20)
        connection.connect()
        connection.sock.sendall(b"GET /early HTTP/1.1\r\n\r\n")
        real = connection.sock
        connection.sock = Broken(real)
        with pytest.raises(BrokenPipeError):
            connection.request("GET", "/early")
        connection.sock = real
        assert connection.getresponse().read() == b"ok"
        connection.close()
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_a_socket_without_an_address_is_no_fault(traced, connection, path):
    """TLS within TLS, as urllib3 has it, is no socket."""

    class Bare:
        def __init__(self, sock):
            self.sendall, self.makefile, self.close = sock.sendall, sock.makefile, sock.close

    connection.connect()
    connection.sock = Bare(connection.sock)
    connection.request("GET", f"/{path}")
    connection.getresponse().read()
    assert "remoteEndpoint" not in only(traced)
