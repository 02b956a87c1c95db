# SPDX-License-Identifier: Apache-2.0
"""Real traces, posted whole, span by span and in reverse to a fresh server, come back as they were
posted, and every question that Zipkin's own storage was asked about them is answered as it did."""

import json
from collections import defaultdict

import pytest
from normal_form import as_set, normal_span

FILES = [
    "zipkin-lens/ascend.json",
    "zipkin-lens/envoy.json",
    "zipkin-lens/messaging-kafka.json",
    "zipkin-lens/messaging.json",
    "zipkin-lens/messaging2.json",
    "zipkin-lens/simple-db-p6.json",
    "zipkin-lens/skew.json",
    "zipkin-lens/smartthings-mobile-web-install.json",
    "zipkin-lens/smartthings-oauth-authorization.json",
    "zipkin-lens/yelp.json",
    "nezha-ob-small.json",
]


def post_whole(server, text, spans):
    server.post(text)


def post_span_by_span(server, text, spans):
    connection = server.connect()
    for span in spans:
        connection.request("POST", "/api/v2/spans", json.dumps([span]))
        response = connection.getresponse()
        assert (response.status, response.read()) == (202, b"")
    connection.close()


def post_reversed(server, text, spans):
    post_span_by_span(server, text, spans[::-1])


@pytest.mark.parametrize("post", [post_whole, post_span_by_span, post_reversed])
@pytest.mark.parametrize("name", FILES)
def test_comes_back_and_answers_as_expected(server, shared, name, post):
    text = (shared / name).read_bytes()
    expected = json.loads((shared / "expected.json").read_text())["files"][name]
    spans = json.loads(text)
    post(server, text, spans)
    check_spans(server, spans)
    check_names(server, expected)
    check_dependencies(server, expected)
    for query in expected.get("queries", []):
        check_query(server, query)


def check_spans(server, spans):
    posted = defaultdict(list)
    for span in map(normal_span, spans):
        posted[span["traceId"]].append(span)
    for trace_id, trace in posted.items():
        assert as_set(server.get(f"trace/{trace_id}")) == as_set(trace)
    if len(posted) > 1:
        many = server.get("traceMany", traceIds=",".join(posted))
        assert {trace[0]["traceId"]: as_set(trace) for trace in many} == {
            trace_id: as_set(trace) for trace_id, trace in posted.items()
        }


def check_names(server, expected):
    assert server.get("services") == sorted(expected["spanNames"])
    for service, names in expected["spanNames"].items():
        assert server.get("spans", serviceName=service) == sorted(names)
        remote = expected["remoteServices"].get(service, [])
        assert server.get("remoteServices", serviceName=service) == sorted(remote)


def check_dependencies(server, expected):
    end = expected["maxTimestamp"] // 1000 + 1
    links = server.get("dependencies", endTs=end, lookback=end)
    key = lambda link: (link["parent"], link["child"])  # noqa: E731
    # Zipkin leaves an error count of zero out.
    wanted = [
        {k: v for k, v in link.items() if k != "errorCount" or v}
        for link in expected["dependencies"]
    ]
    assert sorted(links, key=key) == sorted(wanted, key=key)


def check_query(server, query):
    answer = [trace[0]["traceId"] for trace in server.get("traces", **query["query"])]
    if query["matches"] <= int(query["query"].get("limit", 10)):
        assert sorted(answer) == sorted(query["traceIds"]), query
    else:
        assert answer == query["traceIds"], query
