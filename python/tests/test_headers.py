# SPDX-License-Identifier: Apache-2.0
"""inject() and extract(): a trace over a border that no hook knows. Method: into and out of every
kind of thing that holds headers.
"""

import http.client

import httpx
import multidict
import pytest
from requests.structures import CaseInsensitiveDict

import clew
from clew import baggage


@pytest.fixture
def span(traced):
    with clew.span("sender") as span:
        yield span


def b3(span):
    return {
        "X-B3-TraceId": span.trace_id,
        "X-B3-SpanId": span.span_id,
        "X-B3-Sampled": "1",
    }


CARRIERS = {
    "dict": dict,
    "list": list,
    "http.client": lambda pairs: http_message(pairs),
    "httpx": httpx.Headers,
    "aiohttp": multidict.CIMultiDict,
    "requests": CaseInsensitiveDict,
}


def http_message(pairs):
    message = http.client.HTTPMessage()
    for name, value in pairs:
        message[name] = value
    return message


def pairs_of(headers):
    return list(headers) if isinstance(headers, list) else list(headers.items())


@pytest.mark.parametrize("kind", CARRIERS)
def test_inject_adds_to_what_is_there_and_returns_it(span, kind):
    headers = CARRIERS[kind]([("Accept", "*/*")])
    assert clew.inject(headers) is headers
    found = {name.lower(): value for name, value in pairs_of(headers)}
    assert found == {"accept": "*/*"} | {n.lower(): v for n, v in b3(span).items()}


@pytest.mark.parametrize("kind", CARRIERS)
def test_inject_replaces_trace_headers_of_any_case(span, kind):
    old = [("x-b3-traceid", "1" * 16), ("X-B3-Flags", "1"), ("B3", "0"), ("TraceParent", "x")]
    headers = clew.inject(CARRIERS[kind]([*old, ("Accept", "*/*")]))
    found = sorted(name.lower() for name, _ in pairs_of(headers))
    assert found == ["accept", "x-b3-sampled", "x-b3-spanid", "x-b3-traceid"]


def test_inject_into_a_list_of_bytes_adds_bytes(span):
    headers = clew.inject([(b"accept", b"*/*"), (b"b3", b"0")])
    assert headers[0] == (b"accept", b"*/*")
    assert dict(headers[1:]) == {name.encode(): value.encode() for name, value in b3(span).items()}


def test_inject_may_be_told_the_span(traced):
    other = clew.span("other")
    assert clew.inject({}, other)["X-B3-SpanId"] == other.span_id
    assert clew.inject({}) == {}
    other.abandon()


def test_inject_into_nonsense_raises_nothing(http_collector):
    clew.enable(service_name="a", endpoint=http_collector.endpoint)
    with clew.span("a"):
        assert clew.inject(5) == 5
    clew.disable()


@pytest.mark.parametrize("kind", [*CARRIERS, "bytes"])
@pytest.mark.parametrize("as_received", [str.lower, str.upper, str])
def test_extract_makes_a_parent_of_what_was_injected(traced, kind, as_received):
    with clew.span("sender", kind="producer") as sender:
        pairs = [(as_received(name), value) for name, value in clew.inject({}).items()]
    if kind == "bytes":
        headers = [(name.encode(), value.encode()) for name, value in pairs]
    else:
        headers = CARRIERS[kind](pairs)
    with clew.span("other"):
        receiver = clew.span("receiver", kind="consumer", parent=clew.extract(headers), a=1)
    assert receiver.trace_id == sender.trace_id
    assert receiver.parent_id == sender.span_id
    receiver.finish()
    tags = {span["name"]: span["tags"] for span in traced.finished()}
    assert tags["receiver"] == {"a": "1"}


def test_extract_of_nothing_begins_a_trace(traced):
    for headers in ({}, [], {"b3": "nonsense"}, [("b3", b"\xff")]):
        with clew.span("outer"):
            span = clew.span("receiver", kind="consumer", parent=clew.extract(headers))
            assert span.parent_id is None, headers
            span.finish()


def test_a_refusal_is_extracted_too(traced):
    span = clew.span("receiver", kind="consumer", parent=clew.extract({"b3": "0"}))
    assert not span.is_sampled


@pytest.mark.parametrize("shape", [dict, lambda headers: list(headers.items())])
def test_extract_reads_ids_without_leading_zeros_numbers_and_buffers(traced, shape):
    """As queues hand them on: AMQP makes numbers of what looks like one, Kafka keeps bytes."""
    before = clew.faults.counts()
    sent = {"X-B3-TraceId": 1234, "X-B3-SpanId": bytearray(b"2e"), "X-B3-Sampled": True, 7: "other"}
    for headers in (sent, sent | {"X-B3-SpanId": memoryview(b"2e")}, sent | {"X-B3-Flags": None}):
        with clew.span("take", kind="consumer", parent=clew.extract(shape(headers))) as taken:
            assert (taken.trace_id, taken.parent_id) == ("0000000000001234", "000000000000002e")
            assert taken.is_sampled
    assert clew.faults.counts() == before


def test_extract_of_nonsense_raises_nothing():
    for headers in (5, None, [(1, 2)], [1], {1: 2}, "text"):
        assert clew.extract(headers).headers == {}


def test_baggage_travels_where_the_option_says_so(http_collector):
    clew.enable(service_name="a", endpoint=http_collector.endpoint, propagation="b3multi,baggage")
    headers = {"baggage": "tenant=acme"}
    with clew.span("receiver", kind="server", parent=clew.extract(headers)):
        assert baggage.get("tenant") == "acme"
        assert baggage.get("user", "nobody") == "nobody"
        assert baggage.put("user", "al ice")
        with clew.span("child"):
            assert baggage.items() == {"tenant": "acme", "user": "al ice"}
            assert clew.inject({"Baggage": "old"})["baggage"] == "tenant=acme,user=al%20ice"
            assert baggage.put("tenant", None)
            assert baggage.items() == {"user": "al ice"}
        assert not baggage.put("no token", "x")
    clew.disable()


def test_outside_of_a_trace_there_is_no_baggage():
    assert baggage.get("tenant") is None
    assert baggage.items() == {}
    assert baggage.put("tenant", "acme") is False
    with clew.span("off"):
        assert baggage.items() == {}
        assert baggage.put("tenant", "acme") is False
    assert clew.span("off").set_baggage("a", "b") is False
    assert clew.span("off").baggage == {}
