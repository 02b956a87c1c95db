# SPDX-License-Identifier: Apache-2.0
"""Servers that are out of the ordinary: on a Unix socket, on IPv6, with a protocol class of their
own, with websockets. Method: a server and its client in a process of their own each.
"""

import pytest
import services

SERVER = """
import os, sys
import eventlet
from eventlet import wsgi
from eventlet.green import socket
from clew import faults
from clew.eventlet import patcher

patcher.enable_trace_patch(endpoint=sys.argv[1], service_name="kinds")

def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]

def ask(sock, text=b"GET /path HTTP/1.0\\r\\n\\r\\n"):
    sock.sendall(text)
    answer = b""
    while part := sock.recv(4096):
        answer += part
    sock.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer

def sent():
    eventlet.sleep(0)  # the server's greenthread ends its request
    assert faults.counts() == {}
    assert patcher.active_tracer().flush(20)
"""


def one_span(collector, script, *arguments):
    services.run_script(SERVER + script, collector.endpoint, *arguments)
    (span,) = collector.spans()
    assert span["kind"] == "SERVER"
    return span


def test_a_unix_socket_has_no_endpoint(collector, tmp_path):
    span = one_span(
        collector,
        """
listener = eventlet.listen(sys.argv[2], family=socket.AF_UNIX)
eventlet.spawn(wsgi.server, listener, application, log_output=False)
sock = socket.socket(socket.AF_UNIX)
sock.connect(sys.argv[2])
ask(sock)
sent()
""",
        tmp_path / "socket",
    )
    assert span["localEndpoint"] == {"serviceName": "kinds"}
    assert "remoteEndpoint" not in span
    assert span["tags"]["http.status_code"] == "200"


def test_an_ipv6_socket_has_ipv6_endpoints(collector):
    span = one_span(
        collector,
        """
listener = eventlet.listen(("::1", 0), family=socket.AF_INET6)
eventlet.spawn(wsgi.server, listener, application, log_output=False)
ask(socket.create_connection(listener.getsockname()[:2]))
sent()
""",
    )
    assert span["localEndpoint"]["ipv6"] == span["remoteEndpoint"]["ipv6"] == "::1"


def test_a_protocol_derived_from_eventlets_is_traced(collector):
    """Swift's is one."""
    span = one_span(
        collector,
        """
class Protocol(wsgi.HttpProtocol):
    def get_environ(self):
        environ = wsgi.HttpProtocol.get_environ(self)
        environ["derived"] = True
        return environ

def checked(environ, start_response):
    assert environ["derived"]
    return application(environ, start_response)

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, checked, log_output=False, protocol=Protocol)
ask(socket.create_connection(listener.getsockname()))
sent()
""",
    )
    assert span["tags"]["http.status_code"] == "200"
    assert "error" not in span["tags"]


def test_a_websocket_is_named_and_ends_as_under_asgi(collector):
    span = one_span(
        collector,
        """
from eventlet import websocket

@websocket.WebSocketWSGI
def echo(ws):
    while (message := ws.wait()) is not None:
        ws.send(message)

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, echo, log_output=False)
sock = socket.create_connection(listener.getsockname())
sock.sendall(
    b"GET /chat HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n"
)
assert b"101" in sock.recv(4096)
sock.sendall(b"\\x81\\x82\\0\\0\\0\\0hi")
assert sock.recv(4096) == b"\\x81\\x02hi"
sock.sendall(b"\\x88\\x80\\0\\0\\0\\0")
while sock.recv(4096):
    pass
sent()
""",
    )
    assert span["name"] == "websocket"
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": "/chat",
        "http.status_code": "101",
        "websocket.close_code": "1005",  # none was sent
    }


def test_a_websocket_whose_client_is_cut_off_is_an_error(collector):
    span = one_span(
        collector,
        """
from eventlet import websocket

@websocket.WebSocketWSGI
def echo(ws):
    while (message := ws.wait()) is not None:
        ws.send(message)

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, echo, log_output=False)
sock = socket.create_connection(listener.getsockname())
sock.sendall(
    b"GET /chat HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n"
)
assert b"101" in sock.recv(4096)
sock.close()
while patcher.active_tracer().stats()["finished"] == 0:
    eventlet.sleep(0.01)
sent()
""",
    )
    assert span["tags"]["websocket.close_code"] == "1006"
    assert span["tags"]["error"] == "closed with 1006"


def test_a_body_that_is_written_by_hand_is_watched_too(collector):
    """start_response() returns a function that writes at once, PEP 3333's old way."""
    span = one_span(
        collector,
        """
def writing(environ, start_response):
    write = start_response("202 Accepted", [])
    write(b"one")
    write(b"two")
    return []

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, writing, log_output=False)
sock = socket.create_connection(listener.getsockname())
sock.sendall(b"GET /path HTTP/1.0\\r\\n\\r\\n")
answer = b""
while part := sock.recv(4096):
    answer += part
assert answer.startswith(b"HTTP/1.1 202") and answer.endswith(b"onetwo"), answer
sent()
""",
    )
    assert span["tags"]["http.status_code"] == "202"


def test_an_expected_body_is_asked_for_and_read(collector):
    """100 Continue goes out before the response and is not its status."""
    span = one_span(
        collector,
        """
def reading(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("201 Created", [])
    return [body]

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, reading, log_output=False)
sock = socket.create_connection(listener.getsockname())
sock.sendall(b"PUT /path HTTP/1.1\\r\\nHost: a\\r\\nExpect: 100-continue\\r\\n"
             b"Connection: close\\r\\nContent-Length: 4\\r\\n\\r\\n")
assert sock.recv(4096).startswith(b"HTTP/1.1 100 Continue")
sock.sendall(b"body")
answer = b""
while part := sock.recv(4096):
    answer += part
assert answer.startswith(b"HTTP/1.1 201") and answer.endswith(b"body"), answer
sent()
""",
    )
    assert span["name"] == "put"
    assert span["tags"]["http.status_code"] == "201"


@pytest.mark.parametrize("what", ["environ", "command", "path"])
def test_a_protocol_that_surprises_is_served_untraced_and_told_once(scribe, what):
    services.run_script(
        SERVER
        + f"""
import logging
told = []
class Keep(logging.Handler):
    def emit(self, record):
        told.append(self.format(record))
logging.getLogger("clew").addHandler(Keep())

class Protocol(wsgi.HttpProtocol):
    def handle_one_response(self):
        kept = getattr(self, {what!r})
        if {what!r} == "environ":
            self.environ = {{**kept, "SERVER_PORT": "no number"}}
        else:
            setattr(self, {what!r}, None)
        wsgi.HttpProtocol.handle_one_response(self)

def application(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]

listener = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, listener, application, protocol=Protocol, log_output=False)
for _ in range(3):
    ask(socket.create_connection(listener.getsockname()))
assert faults.counts() == {{"the start of a server span": 3}}
assert len(told) == 1 and "a span is missing or incomplete" in told[0], told
assert patcher.active_tracer().stats()["finished"] == 0
""",
        scribe.endpoint,
    )


def test_a_websocket_below_a_middleware_is_no_error(http_collector):
    script = """
import sys
import clew
from eventlet import wsgi

def websocket(environ, start_response):
    wsgi.WSGI_LOCAL.already_handled = True  # as of eventlet.websocket
    return []

clew.enable(service_name="a", endpoint=sys.argv[1])
assert list(clew.wsgi(websocket)({"REQUEST_METHOD": "GET"}, print)) == []
clew.disable()
"""
    services.run_script(script, http_collector.endpoint)
    services.wait_until(http_collector.spans)
    (span,) = http_collector.spans()
    assert "error" not in span["tags"]
