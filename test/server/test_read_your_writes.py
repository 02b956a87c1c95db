# SPDX-License-Identifier: Apache-2.0
"""A GET sent after an acknowledgement always finds the span: 1,000 rounds over each protocol,
without a second try."""

import base64
import json
import struct

from server import read_frame
from test_golden_scribe import OLD_HEADER, log_call

ROUNDS = 1_000


def find(connection, trace_id):
    """The spans of one trace by one GET over an open connection."""
    connection.request("GET", f"/api/v2/trace/{trace_id:016x}")
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, (trace_id, response.status, body)
    return json.loads(body)


def test_after_a_202(server):
    writer, reader = server.connect(), server.connect()
    for number in range(1, ROUNDS + 1):
        span = {
            "traceId": f"{number:016x}",
            "id": "1",
            "name": f"round {number}",
            "timestamp": number,
        }
        writer.request("POST", "/api/v2/spans", json.dumps([span]))
        response = writer.getresponse()
        assert (response.status, response.read()) == (202, b"")
        assert find(reader, number)[0]["name"] == f"round {number}"
    writer.close()
    reader.close()


def test_after_a_scribe_ok(server):
    reader = server.connect()
    with server.scribe() as writer:
        for number in range(1, ROUNDS + 1):
            writer.sendall(log_call(OLD_HEADER, base64.b64encode(thrift_span(number))))
            assert read_frame(writer)[-8:] == bytes.fromhex("0800000000000000")
            assert find(reader, number)[0]["id"] == f"{number:016x}"
    reader.close()


def thrift_span(number):
    """The least that is a span: ids, a name, empty lists."""
    return (
        b"\x0a\x00\x01"
        + struct.pack(">q", number)
        + b"\x0b\x00\x03"
        + struct.pack(">i", 3)
        + b"get"
        + b"\x0a\x00\x04"
        + struct.pack(">q", number)
        + b"\x0f\x00\x06\x0c"
        + struct.pack(">i", 0)
        + b"\x0f\x00\x08\x0c"
        + struct.pack(">i", 0)
        + b"\x00"
    )
