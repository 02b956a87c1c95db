# SPDX-License-Identifier: Apache-2.0
"""What a request to an eventlet.wsgi server becomes. Method: raw requests to the real server, spans
as a collector of our own receives them, over both transports, patched by eventlet and not.
"""

import http.client
import socket
import struct
import time

import pytest
import services


def test_a_request_is_one_server_span(service, path):
    before = time.time_ns() // 1000
    status, body = service.get(f"/plain/{path}")
    after = time.time_ns() // 1000
    assert (status, body) == (200, b"hello")
    span = service.collector.one("SERVER", f"/plain/{path}")
    arrived = time.time_ns() // 1000
    assert span["name"] == "get"
    assert span["localEndpoint"] == {
        "serviceName": "tested",
        "ipv4": "127.0.0.1",
        "port": service.port,
    }
    assert span["remoteEndpoint"]["ipv4"] == "127.0.0.1"
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": f"/plain/{path}",
        "http.status_code": "200",
    }
    assert span["annotations"] == []
    assert before <= span["timestamp"] <= after
    # The client may have its answer before the server is through with it.
    assert 1 <= span["duration"] <= arrived - span["timestamp"]
    assert "parentId" not in span
    assert span["id"] == span["traceId"]
    assert int(span["id"], 16) != 0


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE", "COPY"])
def test_the_method_is_the_name(service, path, method):
    service.get(f"/plain/{path}", method=method)
    span = service.collector.one("SERVER", f"/plain/{path}")
    assert span["name"] == method.lower()
    assert span["tags"]["http.method"] == method


def test_the_query_stays_private(service, path):
    service.get(f"/plain/{path}?password=secret")
    span = service.collector.one("SERVER", f"/plain/{path}")
    assert "secret" not in str(span)


def test_the_path_is_as_it_was_sent(service, path):
    service.get(f"/plain/{path}/%C3%BC%20a")
    assert service.collector.one("SERVER", f"/plain/{path}/%C3%BC%20a")


def test_legacy_tags_add_the_whole_target(start_service, scribe):
    service = start_service(port=scribe.port, legacy_tags=True)
    service.get("/plain/legacy?a=b&c=%20d")
    span = scribe.one("SERVER", "/plain/legacy")
    assert span["tags"]["http.uri"] == "/plain/legacy?a=b&c=%20d"


@pytest.mark.parametrize("status", [204, 304, 404, 418])
def test_the_servers_success_is_no_error(service, path, status):
    assert service.get(f"/status/{path}/{status}")[0] == status
    tags = service.collector.one("SERVER", f"/status/{path}/{status}")["tags"]
    assert tags["http.status_code"] == str(status)
    assert "error" not in tags


@pytest.mark.parametrize("status", [500, 503])
def test_a_status_of_500_and_more_is_an_error(service, path, status):
    assert service.get(f"/status/{path}/{status}")[0] == status
    tags = service.collector.one("SERVER", f"/status/{path}/{status}")["tags"]
    assert tags["http.status_code"] == str(status)
    assert tags["error"] == str(status)


def test_an_application_that_raises_is_an_error_with_the_status_the_client_saw(service, path):
    assert service.get(f"/raise-early/{path}")[0] == 500
    tags = service.collector.one("SERVER", f"/raise-early/{path}")["tags"]
    assert tags["http.status_code"] == "500"
    assert tags["error"] == "ValueError: before the response"


def test_a_body_that_raises_is_an_error_after_a_status_of_200(service, path):
    with pytest.raises(http.client.IncompleteRead):
        service.get(f"/raise-late/{path}")
    tags = service.collector.one("SERVER", f"/raise-late/{path}")["tags"]
    assert tags["http.status_code"] == "200"
    assert tags["error"] == "KeyError: 'in the middle'"


def test_a_body_is_passed_on_and_closed(service, path):
    closed = service.ask("/state")["closed"]
    assert service.get(f"/stream/{path}") == (200, b"onetwo")
    assert service.ask("/state")["closed"] == closed + 1


def hang_up(service, target, reset):
    """Asks, reads a little and goes."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock:
        sock.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 200")
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("kind", ["endless", "large-list"])
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_hangs_up_ends_the_span_with_an_error(service, path, kind, reset):
    target = f"/{kind}/{path}"
    hang_up(service, target, reset)
    tags = service.collector.one("SERVER", target)["tags"]
    assert tags["http.status_code"] == "200"
    assert tags["error"].startswith(("BrokenPipeError: ", "ConnectionResetError: "))


def test_a_client_that_goes_before_the_answer_leaves_a_span(service, path):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock:
        sock.sendall(f"GET /plain/{path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert service.collector.one("SERVER", f"/plain/{path}")


def test_a_killed_greenthread_leaves_a_span(service, path):
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        service.get(f"/killed/{path}")
    tags = service.collector.one("SERVER", f"/killed/{path}")["tags"]
    assert tags["error"] == "GreenletExit"
    assert "http.status_code" not in tags


def test_requests_of_one_connection_are_traces_of_their_own(service, path):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    for number in range(3):
        connection.request("GET", f"/plain/{path}/{number}")
        assert connection.getresponse().read() == b"hello"
    connection.close()
    spans = [service.collector.one("SERVER", f"/plain/{path}/{n}") for n in range(3)]
    assert len({span["traceId"] for span in spans}) == 3


def test_the_context_is_cleared_between_requests_of_one_connection(service, path):
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    connection.request("GET", "/plain", headers={"X-B3-Sampled": "0"})
    assert connection.getresponse().read() == b"hello"
    connection.request("GET", f"/plain/{path}")
    assert connection.getresponse().read() == b"hello"
    connection.close()
    assert "parentId" not in service.collector.one("SERVER", f"/plain/{path}")


def test_what_is_no_request_is_no_span_and_the_server_lives(service, path):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock:
        sock.sendall(b"\x16\x03\x01 nonsense\r\n\r\n")
        while sock.recv(4096):
            pass
    service.get(f"/plain/{path}")
    assert service.collector.one("SERVER", f"/plain/{path}")


def test_many_requests_at_once_are_spans_of_their_own(service, path):
    connections = []
    for number in range(40):
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        connection.request("GET", f"/plain/{path}/{number}")
        connections.append(connection)
    for connection in connections:
        assert connection.getresponse().read() == b"hello"
        connection.close()
    spans = [service.collector.one("SERVER", f"/plain/{path}/{n}") for n in range(40)]
    assert len({span["traceId"] for span in spans}) == 40


def test_a_sampling_rate_of_0_records_nothing(start_service, scribe):
    service = start_service(port=scribe.port, sampling_rate=0.0)
    for _ in range(20):
        assert service.get("/plain/unsampled")[0] == 200
    assert service.ask("/context")["is_sampled"] is False
    service.get("/plain/forced", {"X-B3-Sampled": "1"})
    scribe.one("SERVER", "/plain/forced")
    assert len(scribe.spans()) == 1
    assert service.ask("/state")["stats"]["finished"] == 1


def test_the_service_is_named_after_the_program(start_service, scribe):
    service = start_service(port=scribe.port, service_name=None)
    service.get("/plain/named")
    assert scribe.one("SERVER", "/plain/named")["localEndpoint"]["serviceName"] == "wsgi_service.py"


def test_no_thread_is_there_before_the_first_sampled_span(start_service, scribe):
    service = start_service(port=scribe.port)
    assert service.ask("/state")["threads"] == 1
    services.wait_until(lambda: service.ask("/state")["threads"] == 2)
