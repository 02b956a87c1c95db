# SPDX-License-Identifier: Apache-2.0
"""What travels beside a trace, baggage and other tracers' tracestate: from the headers of a caller
through the spans of a request into the calls that it makes; and how far a caller is trusted.
"""

import logging

import pytest

import clew
from clew import faults

TRACE, SPAN = "463ac35c9f6413ad48485a3953bb6124", "a2fb4a1d1a96d312"
TRACEPARENT = f"00-{TRACE}-{SPAN}-03"
REQUEST = {"traceparent": TRACEPARENT, "tracestate": "a=1", "baggage": "user=al%20ice,b=2;p=1"}
ALL = "b3multi,b3,tracecontext,baggage"


def make(**options):
    options = {"propagation": ALL, "ignore_environment": True, "close_timeout_ms": 1} | options
    return clew.Tracer("tested", "scribe://127.0.0.1:1", **options)


@pytest.fixture(scope="module")
def tracer():
    return make()


def test_a_call_carries_what_the_request_brought(tracer):
    server = tracer.extract(REQUEST, "get")
    assert (server.trace_id, server.parent_id) == (TRACE, SPAN)
    child = tracer.start("work", "local", server)
    call = tracer.start("call", "client", child)
    server.abandon()
    child.abandon()
    call.abandon()
    del server, child
    assert dict(call.inject()) == {
        "X-B3-TraceId": TRACE,
        "X-B3-SpanId": call.span_id,
        "X-B3-ParentSpanId": call.parent_id,
        "X-B3-Sampled": "1",
        "b3": f"{TRACE}-{call.span_id}-1-{call.parent_id}",
        "traceparent": f"00-{TRACE}-{call.span_id}-03",
        "tracestate": "a=1",
        "baggage": "user=al%20ice,b=2;p=1",
    }


def test_a_wsgi_environ_is_read_as_well(tracer):
    environ = {f"HTTP_{name.upper()}": value for name, value in REQUEST.items()}
    span = tracer.receive("get", environ)
    span.abandon()
    headers = dict(span.inject())
    assert (headers["tracestate"], headers["baggage"]) == ("a=1", "user=al%20ice,b=2;p=1")
    assert span.parent_id == SPAN


def test_a_trace_that_is_not_sampled_carries_the_same(tracer):
    request = REQUEST | {"traceparent": TRACEPARENT.removesuffix("3") + "0"}
    server = tracer.extract(request, "get")
    call = tracer.start("call", "client", server)
    assert not call.is_sampled
    headers = dict(call.inject())
    assert headers["traceparent"] == f"00-{TRACE}-{call.span_id}-00"
    assert call.span_id != SPAN
    assert headers["tracestate"] == "a=1"


def test_baggage_is_a_copy_with_decoded_values(tracer):
    span = tracer.extract({"baggage": "user=Am%C3%A9lie,a=1,a=2,nonsense,c=%ff"}, "get")
    span.abandon()
    assert span.baggage == {"user": "Amélie", "a": "2", "c": "\ufffd"}
    span.baggage["user"] = "somebody"
    assert span.baggage["user"] == "Amélie"
    assert tracer.start("other").baggage == {}


def test_baggage_that_is_set_travels_from_then_on(tracer):
    server = tracer.extract({"baggage": "a=1"}, "get")
    before = tracer.start("before", "local", server)
    assert server.set_baggage("user", "Amélie, the first")
    assert server.set_baggage("a", 2)
    after = tracer.start("after", "client", server)
    for span in (server, before, after):
        span.abandon()
    assert before.baggage == {"a": "1"}
    assert server.baggage == after.baggage == {"user": "Amélie, the first", "a": "2"}
    assert dict(after.inject())["baggage"] == "user=Am%C3%A9lie%2C%20the%20first,a=2"
    assert after.set_baggage("user", None)
    assert after.set_baggage("never there", None)
    assert after.baggage == {"a": "2"}
    assert after.set_baggage("a", None)
    assert "baggage" not in dict(after.inject())
    assert server.baggage.keys() == {"user", "a"}


def test_baggage_that_cannot_travel_is_refused(tracer):
    span = tracer.start("a")
    span.abandon()
    for name in ("", "a b", "é", "a,b", "\ud800"):
        assert not span.set_baggage(name, "1")
    assert not span.set_baggage("a", "x" * 8192)
    for number in range(64):
        assert span.set_baggage(f"k{number}", number)
    assert not span.set_baggage("one more", "1")
    assert span.baggage == {f"k{number}": str(number) for number in range(64)}
    with pytest.raises(TypeError):
        span.set_baggage("a")


def test_a_span_that_was_never_started_carries_nothing():
    assert not clew._native.no_span.set_baggage("a", "1")
    assert clew._native.no_span.baggage == {}


@pytest.mark.parametrize(
    ("propagation", "names"),
    [
        (None, {"X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled"}),
        ("b3", {"b3"}),
        ("tracecontext", {"traceparent", "tracestate"}),
        ("tracecontext, baggage", {"traceparent", "tracestate", "baggage"}),
        ("none", set()),
    ],
)
def test_headers_are_sent_as_configured(propagation, names):
    span = make(propagation=propagation).extract(REQUEST, "get")
    span.abandon()
    assert dict(span.inject()).keys() == names


def test_headers_are_read_in_the_order_that_is_configured():
    other = "0" * 15 + "a"
    request = REQUEST | {"b3": f"{other}-{other}-0"}
    assert make().extract(request, "get").trace_id == other
    span = make(extract_order="tracecontext,b3").extract(request, "get")
    span.abandon()
    assert span.trace_id == TRACE


def test_a_caller_decides_only_as_far_as_it_is_trusted():
    debug = {"b3": f"{TRACE}-{SPAN}-d", "baggage": "a=1"}
    span = make(trust_inbound="all", sample_rate=0).extract(debug, "get")
    span.abandon()
    assert (span.trace_id, span.is_debug, span.baggage) == (TRACE, True, {"a": "1"})
    span = make(trust_inbound="ids", sample_rate=0).extract(debug, "get")
    assert (span.trace_id, span.is_sampled, span.is_debug) == (TRACE, False, False)
    assert span.baggage == {}
    denied = {"b3": f"{TRACE}-{SPAN}-0"}
    span = make(trust_inbound="ids").extract(denied, "get")
    span.abandon()
    assert (span.trace_id, span.is_sampled) == (TRACE, True)
    span = make(trust_inbound="no").extract(denied | REQUEST, "get")
    span.abandon()
    assert (span.trace_id == TRACE, span.parent_id, span.is_sampled) == (False, None, True)
    assert span.baggage == {}


def test_the_environment_configures_headers(monkeypatch):
    monkeypatch.setenv("CLEW_EXTRACT_ORDER", "tracecontext")
    monkeypatch.setenv("OTEL_PROPAGATORS", "tracecontext,baggage,jaeger")
    tracer = make(propagation=None, ignore_environment=False)
    span = tracer.extract(REQUEST | {"b3": "0"}, "get")
    span.abandon()
    assert dict(span.inject()).keys() == {"traceparent", "tracestate", "baggage"}
    monkeypatch.setenv("CLEW_TRUST_INBOUND", "perhaps")
    with pytest.raises(ValueError, match="CLEW_TRUST_INBOUND is 'perhaps'"):
        make(ignore_environment=False)


def test_malformed_headers_are_counted_and_told_once_a_minute(caplog):
    tracer = make(sample_rate=0)
    with caplog.at_level(logging.WARNING, "clew"):
        for headers in ({"b3": "nonsense"}, {"b3": "1", "baggage": "?"}, {"traceparent": "00-"}):
            tracer.extract(headers, "get").abandon()
        tracer.receive("get", {"HTTP_B3": "nonsense"}).abandon()
        tracer.extract(REQUEST, "get").abandon()
    assert tracer.stats()["headers_malformed"] == 4
    (line,) = [record.getMessage() for record in caplog.records]
    assert "on 1 requests" in line


def test_a_log_that_fails_harms_no_request(monkeypatch):
    clew.disable()  # which says where faults are counted
    before = faults.counts().get("a notice for the log", 0)
    monkeypatch.setattr("clew.notices.tell_malformed", None)
    span = make(sample_rate=0).extract({"b3": "nonsense"}, "get")
    assert span.parent_id is None
    assert faults.counts()["a notice for the log"] == before + 1
