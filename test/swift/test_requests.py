# SPDX-License-Identifier: Apache-2.0
"""What becomes of the requests to a Swift cluster: how many spans, their names, which is below
which, the tags by which an operator finds them. Method: the example's cluster, clew's own API.
"""

from collections import Counter

import pytest
from layout import DEVICES
from requests_made import ACCOUNT, COLD_PUT_SPANS, CONTAINER, PUT_SPANS, SEGMENTS

PROXY, ACCOUNTS, CONTAINERS, OBJECTS = (
    f"swift-{kind}-server" for kind in ("proxy", "account", "container", "object")
)
PUT_NAME = "put /v1/{account}/{container}/{object}"


def service(span):
    return span["localEndpoint"]["serviceName"]


def of(trace, kind, name):
    return [span for span in trace if (span["kind"], span["name"]) == (kind, name)]


def root_of(trace):
    (root,) = [span for span in trace if "parentId" not in span]
    return root


def shape(trace):
    """How often each (kind, service, name) is there."""
    return Counter((span["kind"], service(span), span["name"]) for span in trace)


def call(method, kind, caller, called, count):
    """Both halves of `count` calls to storage servers of one kind."""
    name = f"{method} {kind}"
    return {("CLIENT", caller, name): count, ("SERVER", called, name): count}


PUT_SHAPE = {
    ("SERVER", PROXY, PUT_NAME): 1,
    **call("put", "object", PROXY, OBJECTS, 3),
    **call("put", "container", OBJECTS, CONTAINERS, 3),
}


def check_calls(trace, failed=0):
    """Each call but the failed ones has two halves of one id; each is below who made it."""
    clients = {span["id"]: span for span in trace if span["kind"] == "CLIENT"}
    servers = {span["id"]: span for span in trace if span["kind"] == "SERVER"}
    root = root_of(trace)
    assert servers.keys() - clients.keys() == {root["id"]}
    assert len(clients.keys() - servers.keys()) == failed
    for id, client in clients.items():
        above = servers[client["parentId"]]
        assert service(above) == service(client)
        assert above["localEndpoint"]["port"] == client["localEndpoint"]["port"]
        if id in servers:
            assert servers[id]["shared"] is True
            assert servers[id]["parentId"] == client["parentId"]
            for side in ("ipv4", "port"):
                assert client["remoteEndpoint"][side] == servers[id]["localEndpoint"][side]


def test_a_put_is_thirteen_spans(requests):
    trace = requests.exact_trace(requests.put(), PUT_SPANS)
    assert PUT_SPANS == 13
    assert shape(trace) == PUT_SHAPE
    check_calls(trace)
    root = root_of(trace)
    for span in of(trace, "CLIENT", "put object"):
        assert span["parentId"] == root["id"]
    holders = [span["id"] for span in of(trace, "SERVER", "put object")]
    updates = [span["parentId"] for span in of(trace, "CLIENT", "put container")]
    assert sorted(updates) == sorted(holders)


def test_a_put_without_anything_cached_is_seventeen(requests):
    trace = requests.exact_trace(requests.put_cold(), COLD_PUT_SPANS)
    assert COLD_PUT_SPANS == 17
    looks = call("head", "account", PROXY, ACCOUNTS, 1) | call(
        "head", "container", PROXY, CONTAINERS, 1
    )
    assert shape(trace) == PUT_SHAPE | looks
    check_calls(trace)
    for kind in ("account", "container"):
        (look,) = of(trace, "CLIENT", f"head {kind}")
        assert look["parentId"] == root_of(trace)["id"]
        assert look["tags"]["swift.source"]
        assert "swift.policy" not in look["tags"]


def test_the_proxys_span_says_what_was_asked_and_answered(requests):
    body = b"twelve bytes"
    reply = requests.put(f"{CONTAINER}/%C3%A9t%C3%A9/2", body)
    trace = requests.exact_trace(reply, PUT_SPANS)
    assert root_of(trace)["tags"] == {
        "http.method": "PUT",
        "http.path": f"{CONTAINER}/%C3%A9t%C3%A9/2",
        "http.request.size": "12",
        "http.status_code": "201",
        "swift.account": "AUTH_test",
        "swift.container": "box",
        "swift.object": "été/2",
        "swift.policy": "0",
        "swift.trans_id": reply.transaction,
    }


def test_each_span_below_says_where_it_went(requests):
    reply = requests.put(f"{CONTAINER}/placed")
    trace = requests.exact_trace(reply, PUT_SPANS)
    for name, path in (("put object", "oN"), ("put container", "cN")):
        clients, servers = of(trace, "CLIENT", name), of(trace, "SERVER", name)
        by_id = {span["id"]: span["tags"] for span in servers}
        for span in clients:
            assert span["tags"] == by_id[span["id"]]
        devices = {tags["swift.device"] for tags in by_id.values()}
        assert len(devices) == 3
        assert {device[0] for device in devices} == {path[0]}
        (partition,) = {tags["swift.partition"] for tags in by_id.values()}
        for tags in by_id.values():
            device = tags["swift.device"]
            assert tags == {
                "http.method": "PUT",
                "http.path": f"/{device}/{partition}/AUTH_test/box/placed",
                "http.status_code": "201",
                "swift.device": device,
                "swift.partition": partition,
                "swift.policy": "0",
                "swift.trans_id": reply.transaction,
            }


def test_a_put_tells_when_it_might_go_on_and_when_the_body_was_sent(requests):
    trace = requests.exact_trace(requests.put(), PUT_SPANS)
    for span in of(trace, "CLIENT", "put object"):
        said = span["annotations"]
        assert [annotation["value"] for annotation in said] == ["100-continue", "body sent"]
        times = [annotation["timestamp"] for annotation in said]
        start, end = span["timestamp"], span["timestamp"] + span["duration"]
        assert sorted([start, *times, end]) == [start, *times, end]


@pytest.mark.parametrize(
    ("method", "status", "shares"),
    [
        ("GET", 200, call("get", "object", PROXY, OBJECTS, 1)),
        ("HEAD", 200, call("head", "object", PROXY, OBJECTS, 1)),
        (
            "POST",
            202,
            call("post", "object", PROXY, OBJECTS, 3)
            | call("put", "container", OBJECTS, CONTAINERS, 3),
        ),
        (
            "DELETE",
            204,
            call("delete", "object", PROXY, OBJECTS, 3)
            | call("delete", "container", OBJECTS, CONTAINERS, 3),
        ),
    ],
)
def test_other_requests_are_named_so(requests, method, status, shares):
    path = f"{CONTAINER}/for-{method.lower()}"
    requests.put(path)
    reply = requests.ask(method, path, status=(status,))
    trace = requests.exact_trace(reply, 1 + sum(shares.values()))
    name = f"{method.lower()} /v1/{{account}}/{{container}}/{{object}}"
    assert shape(trace) == {("SERVER", PROXY, name): 1} | shares
    check_calls(trace)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (ACCOUNT, "get /v1/{account}"),
        (CONTAINER, "get /v1/{account}/{container}"),
    ],
)
def test_listings_are_named_so(requests, path, name):
    reply = requests.ask("GET", path, status=(200, 204))
    trace = requests.exact_trace(reply, 3)
    assert root_of(trace)["name"] == name
    check_calls(trace)


def test_what_is_not_there_is_an_error_of_every_call(requests):
    reply = requests.ask("GET", f"{CONTAINER}/missing", status=(404,))
    trace = requests.exact_trace(reply, 1 + 2 * DEVICES)  # the handoff is asked, too
    assert {span["tags"]["http.status_code"] for span in trace} == {"404"}
    assert {span["tags"]["error"] for span in of(trace, "CLIENT", "get object")} == {"404"}
    check_calls(trace)


def test_the_parts_of_a_large_object_say_whose_they_are(requests):
    manifest, large = requests.put_large()
    trace = requests.exact_trace(manifest, PUT_SPANS + 2 * SEGMENTS)
    check_calls(trace)
    looks = of(trace, "CLIENT", "head object")
    assert [span["tags"]["swift.source"] for span in looks] == ["SLO"] * SEGMENTS
    for span in of(trace, "CLIENT", "put object"):
        assert "swift.source" not in span["tags"]
    trace = requests.exact_trace(large, 3 + 2 * SEGMENTS)
    check_calls(trace)
    sources = Counter(
        span["tags"].get("swift.source") for span in trace if span["kind"] == "CLIENT"
    )
    assert sources == {None: 1, "SLO": SEGMENTS}
    assert root_of(trace)["name"] == "get /v1/{account}/{container}/{object}"


def test_a_request_that_no_server_sees_is_found_by_its_transaction(requests):
    reply = requests.ask("GET", "/v1/%FF", status=(412,))
    (span,) = requests.exact_trace(reply, 1)
    assert span["name"] == "get /v1/{account}"
    assert span["tags"]["http.status_code"] == "412"


def test_a_caller_that_says_no_is_not_traced(requests, serve):
    headers = {"X-B3-Sampled": "0"}
    reply = requests.cluster.request("PUT", f"{CONTAINER}/quiet", b"x", headers)
    assert reply.status == 201
    # What was asked afterwards has arrived, so this would have.
    requests.exact_trace(requests.put(), PUT_SPANS)
    question = f"annotationQuery=swift.trans_id%3D{reply.transaction}"
    assert serve.get(f"/api/v2/traces?{question}") == []


def test_a_stopped_server_is_a_failed_call_and_its_handoff(requests, cluster):
    holders = requests.holders(requests.exact_trace(requests.put(), PUT_SPANS))
    assert len(holders) == 3
    away = holders[0]
    (handoff,) = set(cluster.layout.object_servers) - set(holders)
    cluster.stop_server(away)
    try:
        trace = requests.exact_trace(requests.put(), PUT_SPANS + 1)
    finally:
        cluster.start_server(away)
    check_calls(trace, failed=1)
    calls = {span["tags"]["swift.device"]: span for span in of(trace, "CLIENT", "put object")}
    assert calls.keys() == {f"o{number}" for number in range(1, 5)}
    failed = calls.pop(f"o{away[-1]}")
    assert "refused" in failed["tags"]["error"].lower()
    assert "http.status_code" not in failed["tags"]
    assert failed["remoteEndpoint"]["port"] == cluster.layout.servers[away][2]
    for span in calls.values():
        assert span["tags"]["http.status_code"] == "201"
    instead = calls[f"o{handoff[-1]}"]
    assert instead["remoteEndpoint"]["port"] == cluster.layout.servers[handoff][2]
    assert instead["timestamp"] >= failed["timestamp"]
    assert "error" not in root_of(trace)["tags"]


@pytest.mark.parametrize("name", ["proxy", "object-1", "container"])
def test_a_reload_by_sigusr1_goes_on_tracing(requests, cluster, name):
    master = cluster.programs[name].pid
    cluster.reload(name)
    assert cluster.programs[name].pid == master
    trace = requests.exact_trace(requests.put(f"{CONTAINER}/after-{name}"), PUT_SPANS)
    assert shape(trace) == PUT_SHAPE
    check_calls(trace)
