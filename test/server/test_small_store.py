# SPDX-License-Identifier: Apache-2.0
"""Messages larger than what the store may ever hold: entries of scribe are stored in parts or left
out, and never come back for ever; a body over HTTP is refused before it is decoded whole."""

import base64
import json

import pytest
from server import read_frame
from test_golden_scribe import OK, OLD_HEADER, log_call
from test_read_your_writes import thrift_span


def entries(*ids):
    return [base64.b64encode(thrift_span(number)) for number in ids]


def send(server, *messages):
    with server.scribe() as connection:
        connection.sendall(log_call(OLD_HEADER, *messages))
        return read_frame(connection)


def metrics(server):
    return json.loads(server.request("GET", "/metrics")[2])


def test_a_call_that_does_not_fit_whole_is_stored_in_parts(start):
    server = start("--mem-max-spans", "10")
    assert send(server, *entries(*range(1, 31))).endswith(OK)
    counts = metrics(server)
    assert counts["counter.clew_collector_spans_stored.scribe"] == 30
    assert counts["gauge.clew_storage_spans"] <= 10
    assert server.get("trace/000000000000001e")[0]["id"] == "000000000000001e"


def test_an_entry_that_never_fits_is_left_out_counted_and_logged(start):
    server = start("--mem-max-bytes", "100000")
    big = thrift_span(7).replace(
        b"\x00\x00\x00\x03get", (200_000).to_bytes(4, "big") + b"x" * 200_000
    )
    assert send(server, *entries(1), base64.b64encode(big), *entries(2)).endswith(OK)
    counts = metrics(server)
    assert counts["counter.clew_collector_spans_stored.scribe"] == 2
    assert counts["counter.clew_collector_spans_too_large.scribe"] == 1
    assert counts["counter.clew_collector_spans_dropped.scribe"] == 1
    assert "span_too_large=1" in server.log.read_text()


@pytest.mark.parametrize(
    "flags", [("--mem-max-spans", "10"), ("--mem-max-bytes", "10000")], ids=["spans", "bytes"]
)
def test_a_body_of_more_spans_than_fit_is_refused_by_their_number(start, flags):
    server = start(*flags)
    spans = [{"traceId": "1", "id": f"{number:x}"} for number in range(1, 101)]
    status, _, text = server.request("POST", "/api/v2/spans", json.dumps(spans).encode())
    assert status == 413
    assert b"spans_max is" in text
    assert metrics(server)["counter.zipkin_collector.messages_dropped.http"] == 1
