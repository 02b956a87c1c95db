# SPDX-License-Identifier: Apache-2.0
"""What a server makes of the B3 headers that it receives, and what it passes on. Method: raw header
combinations of B3's description and of Brave's parsers, sent to the service, which answers with the
span it runs in; then its call to a server that remembers headers.
"""

import secrets
import socket
import urllib.parse

import pytest


def new_id(bits=64):
    return secrets.token_hex(bits // 8 - 1).rjust(bits // 4, "1")


def context_of(service, headers):
    return service.ask("/context", headers)


def sent_by(service, echo, path, headers):
    query = urllib.parse.urlencode({"with": "green", "url": f"http://{echo.address}/{path}"})
    assert service.ask(f"/call?{query}", headers) == 200
    return {n: v[0] for n, v in echo.headers_of(f"/{path}").items() if n[:2] in ("x-", "b3")}


def is_new(found):
    return found["parent_id"] is None and found["trace_id"] == found["span_id"]


def test_without_headers_a_trace_begins(service):
    found = context_of(service, {})
    assert is_new(found)
    assert found["is_sampled"]
    assert len(found["trace_id"]) == 16


def test_multiple_headers_are_joined(service):
    trace_id, span_id, parent_id = new_id(), new_id(), new_id()
    headers = {
        "X-B3-TraceId": trace_id,
        "X-B3-SpanId": span_id,
        "X-B3-ParentSpanId": parent_id,
        "X-B3-Sampled": "1",
    }
    assert context_of(service, headers) == {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_id": parent_id,
        "is_sampled": True,
        "is_debug": False,
    }


def test_header_names_have_no_case(service):
    trace_id = new_id()
    found = context_of(service, {"x-b3-traceid": trace_id, "X-B3-SPANID": new_id()})
    assert found["trace_id"] == trace_id


@pytest.mark.parametrize("state", ["", "-1", "-0", "-d", "-1-parent", "-0-parent", "-d-parent"])
@pytest.mark.parametrize("bits", [64, 128])
def test_the_single_header_is_joined(service, state, bits):
    trace_id, span_id = new_id(bits), new_id()
    parent_id = new_id() if state.endswith("parent") else None
    state = state.removesuffix("-parent")
    value = f"{trace_id}-{span_id}{state}" + (f"-{parent_id}" if parent_id else "")
    assert context_of(service, {"b3": value}) == {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_id": parent_id,
        "is_sampled": state != "-0",
        "is_debug": state == "-d",
    }


@pytest.mark.parametrize(
    ("headers", "is_sampled", "is_debug"),
    [
        ({"b3": "0"}, False, False),
        ({"b3": "1"}, True, False),
        ({"b3": "d"}, True, True),
        ({"X-B3-Sampled": "0"}, False, False),
        ({"X-B3-Sampled": "1"}, True, False),
        ({"X-B3-Sampled": "true"}, True, False),
        ({"X-B3-Sampled": "false"}, False, False),
        ({"X-B3-Flags": "1"}, True, True),
        ({"X-B3-Flags": "1", "X-B3-Sampled": "0"}, True, True),
    ],
)
def test_a_decision_without_ids_is_followed_by_a_new_trace(service, headers, is_sampled, is_debug):
    found = context_of(service, headers)
    assert is_new(found)
    assert (found["is_sampled"], found["is_debug"]) == (is_sampled, is_debug)


@pytest.mark.parametrize("flags", ["0", "2", "true", ""])
def test_other_flags_are_ignored(service, flags):
    assert context_of(service, {"X-B3-Flags": flags})["is_debug"] is False


def test_the_single_header_goes_before_the_others(service):
    single, multiple = new_id(), new_id()
    headers = {"b3": f"{single}-{new_id()}-0", "X-B3-TraceId": multiple, "X-B3-SpanId": new_id()}
    found = context_of(service, headers)
    assert (found["trace_id"], found["is_sampled"]) == (single, False)


def test_a_malformed_single_header_gives_way_to_the_others(service):
    multiple = new_id()
    headers = {"b3": "nonsense", "X-B3-TraceId": multiple, "X-B3-SpanId": new_id()}
    assert context_of(service, headers)["trace_id"] == multiple


GOOD = "463ac35c9f6413ad"


@pytest.mark.parametrize(
    "headers",
    [
        {"b3": ""},
        {"b3": "-"},
        {"b3": f"{GOOD}"},
        {"b3": f"{GOOD}-"},
        {"b3": f"{GOOD}-{GOOD}-"},
        {"b3": f"{GOOD}-{GOOD}-2"},
        {"b3": f"{GOOD.upper()}-{GOOD}-1"},
        {"b3": f"{'0' * 16}-{GOOD}-1"},
        {"b3": f"{GOOD}-{'0' * 16}-1"},
        {"b3": f"{GOOD}1-{GOOD}-1"},
        {"b3": f"{GOOD}{GOOD}1-{GOOD}-1"},
        {"b3": f"{GOOD}-{GOOD}-1-{GOOD}-1"},
        {"b3": f"{GOOD}-{GOOD}-1-{'x' * 16}"},
        {"b3": "x" * 5000},
        {"X-B3-TraceId": "not hex at all!!", "X-B3-SpanId": GOOD},
        {"X-B3-TraceId": GOOD},
        {"X-B3-TraceId": GOOD, "X-B3-SpanId": ""},
        {"X-B3-TraceId": GOOD, "X-B3-SpanId": "0" * 16},
        {"X-B3-TraceId": "0" * 16, "X-B3-SpanId": GOOD},
        {"X-B3-TraceId": "0" * 32, "X-B3-SpanId": GOOD},
        {"X-B3-TraceId": GOOD * 2 + "1", "X-B3-SpanId": GOOD},
        {"X-B3-TraceId": GOOD.upper(), "X-B3-SpanId": GOOD},
        {"X-B3-TraceId": GOOD, "X-B3-SpanId": GOOD, "X-B3-Sampled": "-"},
        {"X-B3-TraceId": GOOD, "X-B3-SpanId": GOOD, "X-B3-Sampled": "perhaps"},
        {"X-B3-TraceId": f"{GOOD},{GOOD}", "X-B3-SpanId": GOOD},
    ],
)
def test_nonsense_begins_a_new_trace(service, headers):
    found = context_of(service, headers)
    assert is_new(found)
    assert found["is_sampled"]
    assert found["trace_id"] != GOOD


def test_bytes_that_are_no_text_begin_a_new_trace(service, path):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock:
        request = f"GET /plain/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n".encode()
        sock.sendall(request + b"X-B3-TraceId: \xff\xfe\x80\r\nb3: \xc3\x28\x01\r\n\r\n")
        answer = b""
        while part := sock.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200")
    assert "parentId" not in service.collector.one("SERVER", f"/plain/{path}")


def test_the_sampler_decides_where_the_caller_did_not(start_service, scribe):
    service = start_service(port=scribe.port, sampling_rate=0.0)
    trace_id = new_id()
    found = context_of(service, {"b3": f"{trace_id}-{new_id()}"})
    assert (found["trace_id"], found["is_sampled"]) == (trace_id, False)
    found = context_of(service, {"b3": f"{trace_id}-{new_id()}-1"})
    assert found["is_sampled"] is True


@pytest.mark.parametrize("bits", [64, 128])
def test_a_round_trip_keeps_the_trace(service, echo, path, bits):
    trace_id, span_id = new_id(bits), new_id()
    sent = sent_by(service, echo, path, {"b3": f"{trace_id}-{span_id}-1"})
    assert sent["x-b3-traceid"] == trace_id
    assert sent["x-b3-parentspanid"] == span_id
    assert sent["x-b3-sampled"] == "1"


@pytest.mark.parametrize("headers", [{"b3": "0"}, {"X-B3-Sampled": "false"}])
def test_a_refusal_without_ids_goes_on(service, echo, path, headers):
    sent = sent_by(service, echo, path, headers)
    assert sent["x-b3-sampled"] == "0"
    assert int(sent["x-b3-traceid"], 16) != 0
    assert int(sent["x-b3-spanid"], 16) != 0
