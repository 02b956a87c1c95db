# SPDX-License-Identifier: Apache-2.0
"""What eventlet.zipkin got wrong, each by the name of what must not return. Method: the request or
the state that set the old one off, sent to the service; what it stood in for is asked of the spans.
"""

import http.client
import json
import time
import urllib.parse

import pytest
import services


def call(echo, path, way="green"):
    return "/call?" + urllib.parse.urlencode({"with": way, "url": f"http://{echo.address}/{path}"})


def test_everything_imports_on_this_python():
    """Its generated thrift code imported a module that is only found on Python 2."""
    services.run_script("import clew.eventlet.patcher, clew.eventlet.api")


def test_it_needs_no_scribe_client_from_elsewhere():
    services.run_script("""
import sys
sys.modules["scribe"] = sys.modules["thrift"] = None  # importing them fails
from clew.eventlet import patcher
patcher.enable_trace_patch(service_name="a")
""")


def test_a_request_with_headers_is_answered(service):
    """headers.getheader() is gone: each request died and the client read nothing."""
    assert service.get("/plain", {"X-B3-TraceId": "a" * 16, "X-B3-SpanId": "b" * 16})[0] == 200


def test_times_are_whole_microseconds(service, path):
    service.get(f"/annotate/{path}")
    span = service.collector.one("SERVER", f"/annotate/{path}")
    times = [span["timestamp"], span["duration"]]
    times += [annotation["timestamp"] for annotation in span["annotations"]]
    assert len(times) > 2
    assert {type(moment) for moment in times} == {int}


def test_calls_are_client_spans_and_not_lines_of_the_servers(service, echo, path):
    service.get(call(echo, path))
    client = service.collector.one("CLIENT", f"/{path}")
    (server,) = [
        span
        for span in service.collector.trace(client["traceId"], count=2)
        if span["kind"] == "SERVER"
    ]
    assert not [a for a in server["annotations"] if a["value"].startswith("Client ")]


def test_an_id_without_a_decision_is_recorded_and_passed_on(service, echo, path):
    """sampled stayed None: not recorded, and a TypeError in the next call."""
    headers = {"X-B3-TraceId": "00000000000000ab", "X-B3-SpanId": "00000000000000cd"}
    assert service.get(call(echo, path), headers) == (200, b"200")
    client = service.collector.one("CLIENT", f"/{path}")
    assert client["traceId"] == "00000000000000ab"
    assert client["parentId"] == "00000000000000cd"


@pytest.mark.parametrize("trace_id", ["f" * 16, "8" + "0" * 15, "f" * 32, "1" * 32])
def test_large_ids_are_sent(service, path, trace_id):
    """From 2**63 on they were too large for the thread that sent: the span was lost."""
    headers = {"X-B3-TraceId": trace_id, "X-B3-SpanId": "f" * 16, "X-B3-ParentSpanId": "9" * 16}
    service.get(f"/plain/{path}", headers)
    span = service.collector.one("SERVER", f"/plain/{path}")
    assert (span["traceId"], span["id"]) == (trace_id, "f" * 16)
    assert span["parentId"] == "9" * 16


@pytest.mark.parametrize("value", ["zz", "", "0x12", "-1", "1" * 1000, "é"])
def test_an_id_that_is_no_hex_does_not_kill_the_request(service, value):
    value = value.encode("latin-1")
    headers = {"X-B3-TraceId": value, "X-B3-SpanId": value, "X-B3-Sampled": value}
    assert service.get("/plain", headers) == (200, b"hello")


def test_a_span_is_sent_when_the_handler_leaves_by_an_exception(service, path):
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        service.get(f"/killed/{path}")
    assert service.collector.one("SERVER", f"/killed/{path}")["duration"] >= 1


def test_the_status_is_recorded(service, path):
    service.get(f"/status/{path}/404")
    tags = service.collector.one("SERVER", f"/status/{path}/404")["tags"]
    assert tags["http.status_code"] == "404"


def test_no_request_waits_for_the_span_before_it(start_service, slow_collector):
    """One at a time was sent, by the greenthread of a request."""
    service = start_service(port=slow_collector.port)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    begin = time.monotonic()
    for _ in range(50):
        connection.request("GET", "/plain")
        assert connection.getresponse().read() == b"hello"
    seconds = time.monotonic() - begin
    connection.close()
    slow_collector.wait_for(lambda spans: len(spans) >= 50)
    assert seconds < slow_collector.seconds * 20, "50 requests waited for answers of the collector"


def test_nothing_is_kept_for_each_request():
    """Its GreenPile was never read and kept each greenthread for ever."""
    services.run_script("""
import gc
import eventlet
from eventlet import greenthread, wsgi
from eventlet.green import socket
import clew
from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="a", port=1)
def application(environ, start_response):
    start_response("200 OK", [])
    return [b"x"]
server = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, server, application, log_output=False)

def count():
    gc.collect()
    kinds = (clew.Span, greenthread.GreenThread)
    return sum(isinstance(one, kinds) for one in gc.get_objects())

def ask():
    sock = socket.create_connection(server.getsockname())
    sock.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    while sock.recv(4096):
        pass
    sock.close()

ask()
before = count()
for _ in range(100):
    ask()
eventlet.sleep(0.05)
assert count() <= before + 1, (before, count())
""")


def test_sending_never_stops_the_hub(start_service, slow_collector):
    """A plain socket blocked every greenthread unless everything was monkey patched."""
    slow_collector.seconds = 5
    service = start_service(port=slow_collector.port)
    service.get("/plain")
    slow_collector.wait_for(lambda spans: spans)  # from now on it is silent for 5 s
    begin = time.monotonic()
    service.get("/plain")
    assert time.monotonic() - begin < slow_collector.seconds / 2


def test_no_connection_is_opened_before_there_is_a_span(start_service, scribe):
    """It connected at once, and workers forked later all wrote into that one stream."""
    service = start_service(port=scribe.port)
    service.get("/plain", {"X-B3-Sampled": "0"})
    assert scribe.connections == 0
    service.get("/plain")
    scribe.one("SERVER", "/plain")
    assert scribe.connections == 1


def test_nothing_of_a_request_is_left_on_its_connection():
    services.run_script("""
import eventlet
from eventlet import wsgi
from eventlet.green import socket
import clew
from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="a", port=1)
after = []

class Protocol(wsgi.HttpProtocol):
    def handle_one_request(self):
        wsgi.HttpProtocol.handle_one_request(self)
        after.append(clew.current())

def application(environ, start_response):
    assert clew.current() is not None
    start_response("200 OK", [])
    return [b"x"]
server = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, server, application, protocol=Protocol, log_output=False)
sock = socket.create_connection(server.getsockname())
for _ in range(2):
    sock.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    assert b"200 OK" in sock.recv(4096)
eventlet.sleep(0.01)
assert after == [None, None], after
""")


def test_spans_are_sent_together(start_service, scribe):
    """Each was a message of its own."""
    service = start_service(port=scribe.port, flush_interval_ms=400)
    for _ in range(100):
        service.get("/plain")
    scribe.wait_for(lambda spans: len(spans) >= 100)
    stats = services.wait_until(lambda: settled(service))
    assert stats["messages_sent"] < 20, stats


def settled(service):
    stats = service.ask("/state", {"X-B3-Sampled": "0"})["stats"]
    return stats if stats["finished"] == stats["sent"] >= 100 else None


def test_a_collector_that_is_down_costs_no_request(start_service, unused_port):
    """Each span made one more attempt to connect, which blocked the hub."""
    service = start_service(port=unused_port)
    for _ in range(50):
        assert service.get("/plain")[0] == 200
    stats = services.wait_until(
        lambda: failed(service.ask("/state", {"X-B3-Sampled": "0"})["stats"])
    )
    assert stats["messages_failed"] < 25, stats
    assert "refused" in stats["last_error"].lower()


def failed(stats):
    return stats if stats["messages_failed"] else None


@pytest.mark.parametrize("how", ["spawn_n", "GreenPool.spawn_n", "tpool"])
def test_greenthreads_of_every_kind_keep_the_trace(service, echo, path, how):
    query = urllib.parse.urlencode({"how": how, "mark": path, "url": f"http://{echo.address}"})
    service.get(f"/spawned/{path}?{query}")
    server = service.collector.one("SERVER", f"/spawned/{path}")
    assert len(server["annotations"]) == 2


def test_late_log_lines_belong_to_no_request(start_service, scribe):
    """The state of a request stayed on the connection, and swallowed what came later."""
    service = start_service(port=scribe.port, trace_app_log=True)
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    spans = []
    for path in ("/logs", "/plain/after"):
        connection.request("GET", path)
        connection.getresponse().read()
        spans.append(scribe.one("SERVER", path))
    connection.close()
    assert [len(span["annotations"]) for span in spans] == [4, 0], json.dumps(spans)
