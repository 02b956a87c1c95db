# SPDX-License-Identifier: Apache-2.0
"""What a call from a traced service becomes, by requests, urllib3 and both copies of http.client.
Method: the service calls a server that is not traced and remembers the headers it was sent.
"""

import http.client
import urllib.parse

import pytest
from services import run_script

from clew.http_client import path_of

WAYS = ["requests", "urllib3", "http.client", "green"]


def called(service, way, url, headers=None):
    """Has the service make a call; returns what came of it."""
    query = urllib.parse.urlencode({"with": way, "url": url})
    return service.ask(f"/call?{query}", headers)


@pytest.mark.parametrize("way", WAYS)
def test_a_call_is_a_client_span_below_the_servers(service, echo, path, way):
    assert called(service, way, f"http://{echo.address}/{path}?secret=1") == 200
    client = service.collector.one("CLIENT", f"/{path}")
    assert client["name"] == "get"
    assert client["localEndpoint"] == {
        "serviceName": "tested",
        "ipv4": "127.0.0.1",
        "port": service.port,
    }
    assert client["remoteEndpoint"] == {"ipv4": "127.0.0.1", "port": echo.port}
    assert client["tags"] == {
        "http.method": "GET",
        "http.path": f"/{path}",
        "http.status_code": "200",
    }
    spans = service.collector.trace(client["traceId"], count=2)
    (server,) = [span for span in spans if span["kind"] == "SERVER"]
    assert client["parentId"] == server["id"]
    assert client["id"] != server["id"]
    end = server["timestamp"] + server["duration"]
    assert server["timestamp"] <= client["timestamp"]
    assert client["timestamp"] + client["duration"] <= end


@pytest.mark.parametrize("status", [None, "200", object()])
def test_a_response_class_of_the_applications_own_may_have_any_status(traced, echo, status):
    class Response(http.client.HTTPResponse):
        def begin(self):
            super().begin()
            self.status = status

    connection = http.client.HTTPConnection(echo.address)
    connection.response_class = Response
    connection.request("GET", "/own")
    assert connection.getresponse().read() == b"ok"
    connection.close()
    (span,) = traced.finished()
    assert "error" not in span["tags"]


@pytest.mark.parametrize("way", WAYS)
def test_a_call_carries_the_trace(service, echo, path, way):
    called(service, way, f"http://{echo.address}/{path}")
    client = service.collector.one("CLIENT", f"/{path}")
    sent = {n: v for n, v in echo.headers_of(f"/{path}").items() if n.startswith("x-b3-")}
    assert sent == {
        "x-b3-traceid": [client["traceId"]],
        "x-b3-spanid": [client["id"]],
        "x-b3-parentspanid": [client["parentId"]],
        "x-b3-sampled": ["1"],
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_call_says_that_its_trace_is_not_sampled(service, echo, path, way):
    trace_id = "00000000000000aa"
    headers = {"X-B3-TraceId": trace_id, "X-B3-SpanId": "00000000000000bb", "X-B3-Sampled": "0"}
    assert called(service, way, f"http://{echo.address}/{path}", headers) == 200
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-traceid"] == [trace_id]
    assert sent["x-b3-sampled"] == ["0"]
    assert not [span for span in service.collector.spans() if span["traceId"] == trace_id]


def test_debug_goes_on_as_a_flag(service, echo, path):
    called(service, "green", f"http://{echo.address}/{path}", {"X-B3-Flags": "1"})
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-flags"] == ["1"]
    assert "x-b3-sampled" not in sent
    assert service.collector.one("CLIENT", f"/{path}")["debug"] is True


def test_one_header_is_sent_when_asked_for(start_service, scribe, echo, path):
    service = start_service(port=scribe.port, propagation="b3")
    called(service, "requests", f"http://{echo.address}/{path}")
    client = scribe.one("CLIENT", f"/{path}")
    sent = echo.headers_of(f"/{path}")
    parts = [client["traceId"], client["id"], "1", client["parentId"]]
    assert sent["b3"] == ["-".join(parts)]
    assert not [name for name in sent if name.startswith("x-b3-")]


def test_ids_of_128_bits_are_sent_whole(start_service, http_collector, echo, path):
    service = start_service(endpoint=http_collector.endpoint, trace_id_bits=128)
    called(service, "requests", f"http://{echo.address}/{path}")
    client = http_collector.one("CLIENT", f"/{path}")
    assert len(client["traceId"]) == 32
    assert echo.headers_of(f"/{path}")["x-b3-traceid"] == [client["traceId"]]


def test_headers_that_the_application_forwards_are_replaced(service, echo, path):
    called(service, "forward", f"http://{echo.address}/{path}")
    client = service.collector.one("CLIENT", f"/{path}")
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-traceid"] == [client["traceId"]]
    assert sent["x-b3-spanid"] == [client["id"]]
    assert "b3" not in sent


@pytest.mark.parametrize(
    ("propagation", "kept"),
    [
        ("tracecontext", {"baggage": ["mine"]}),
        ("b3multi", {"baggage": ["mine"], "traceparent": ["old"], "tracestate": ["old=1"]}),
    ],
)
def test_only_headers_that_are_sent_replace_forwarded_ones(echo, path, propagation, kept):
    run_script(
        """
import http.client, sys
import clew
address, path, propagation = sys.argv[1:]
clew.enable(endpoint="scribe://127.0.0.1:1", propagation=propagation)
connection = http.client.HTTPConnection(address)
old = {"traceparent": "old", "tracestate": "old=1", "X-B3-TraceId": "old", "baggage": "mine"}
connection.request("GET", path, headers=old)
assert connection.getresponse().status == 200
""",
        echo.address,
        f"/{path}",
        propagation,
    )
    sent = echo.headers_of(f"/{path}")
    assert all(len(values) == 1 for values in sent.values()), sent
    ours = "traceparent" if propagation == "tracecontext" else "x-b3-traceid"
    assert sent[ours] != ["old"]
    others = ("baggage", "traceparent", "tracestate")
    assert {name: sent[name] for name in others if name != ours and name in sent} == kept
    assert ("x-b3-traceid" in sent) is (propagation == "b3multi")


@pytest.mark.parametrize("status", [400, 404, 503])
def test_a_status_of_400_and_more_is_an_error(service, echo, path, status):
    target = f"/status/{status}/{path}"
    assert called(service, "requests", f"http://{echo.address}{target}") == status
    tags = service.collector.one("CLIENT", target)["tags"]
    assert tags["http.status_code"] == tags["error"] == str(status)


@pytest.mark.parametrize("way", WAYS)
def test_a_refused_connection_is_an_error(service, path, way, unused_port):
    result = called(service, way, f"http://127.0.0.1:{unused_port}/{path}")
    assert "refused" in result.lower()
    tags = service.collector.one("CLIENT", f"/{path}")["tags"]
    assert "refused" in tags["error"].lower()
    assert "http.status_code" not in tags


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_is_closed_without_an_answer_is_an_error(service, echo, path, way):
    assert "RemoteDisconnected" in called(service, way, f"http://{echo.address}/drop/{path}")
    tags = service.collector.one("CLIENT", f"/drop/{path}")["tags"]
    assert "RemoteDisconnected" in tags["error"]


def test_an_answer_that_nobody_reads_is_an_error(service, echo, path):
    assert called(service, "abandon", f"http://{echo.address}/{path}") == "closed"
    assert service.collector.one("CLIENT", f"/{path}")["tags"]["error"] == (
        "closed before the response"
    )


def test_the_span_lives_on_the_connection(service, echo, path):
    assert called(service, "two greenthreads", f"http://{echo.address}/{path}") == 200
    client = service.collector.one("CLIENT", f"/{path}")
    assert client["tags"]["http.status_code"] == "200"
    assert "parentId" in client


def test_calls_on_one_connection_are_spans_of_their_own(service, echo, path):
    assert called(service, "twice", f"http://{echo.address}/{path}") == [200, 200]
    first = service.collector.one("CLIENT", f"/{path}/1")
    second = service.collector.one("CLIENT", f"/{path}/2")
    assert first["traceId"] == second["traceId"]
    assert first["id"] != second["id"]
    assert first["parentId"] == second["parentId"]


def test_other_methods_are_named_so(service, echo, path):
    called(service, "post", f"http://{echo.address}/{path}")
    client = service.collector.one("CLIENT", f"/{path}")
    assert client["name"] == "post"
    assert client["tags"]["http.method"] == "POST"


def test_a_traced_server_shares_the_span_of_its_caller(service, path):
    target = f"/plain/{path}"
    # Not by requests: where it is not patched it blocks the one thread that has to answer.
    assert called(service, "green", f"http://127.0.0.1:{service.port}{target}") == 200
    client = service.collector.one("CLIENT", target)
    server = service.collector.one("SERVER", target)
    assert server["traceId"] == client["traceId"]
    assert server["id"] == client["id"]
    assert server["parentId"] == client["parentId"]
    if service.collector.endpoint.startswith("http"):
        assert server["shared"] is True
        assert "shared" not in client
    assert client["timestamp"] <= server["timestamp"]
    assert server["duration"] <= client["duration"]


def test_a_connection_that_surprises_is_used_untraced_and_told_once(echo):
    run_script(
        """
import http.client, logging, sys
from clew import faults
from clew.eventlet import patcher

class Surprising(http.client.HTTPConnection):
    def putheader(self, name, *values):
        if name.lower().startswith("x-b3-"):
            raise RuntimeError("not these")
        http.client.HTTPConnection.putheader(self, name, *values)

logging.basicConfig(stream=sys.stdout)
patcher.enable_trace_patch(service_name="a", port=1)
for _ in range(2):
    connection = Surprising(sys.argv[1])
    connection.request("GET", "/surprising")
    assert connection.getresponse().status == 200
    connection.close()
assert faults.counts() == {"the start of a client span": 2}
assert patcher.active_tracer().stats()["finished"] == 0
""",
        echo.address,
    )


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a", "/a"),
        ("/a?b=c?d", "/a"),
        ("", ""),
        ("*", "*"),
        ("http://host:1/a/b?c", "/a/b"),
        ("http://host", "/"),
        ("//a", "//a"),
        ("/a://b", "/a://b"),
    ],
)
def test_the_path_of_a_target(target, path):
    assert path_of(target) == path
