# SPDX-License-Identifier: Apache-2.0
"""The golden span of the original eventlet client, sent as raw bytes in both header forms, is
answered byte for byte and stands in the API exactly as Zipkin would show it: shared, though it is a
root; only the page clears that."""

import base64
import json
import struct

import pytest
from server import read_frame

# trace and span id 0xabc, `GET`, sr and ss 12,345 µs apart, App@127.0.0.1:8080, http.uri=/v1.
MESSAGE = (
    "CgABAAAAAAAACrwLAAMAAAADR0VUCgAEAAAAAAAACrwPAAYMAAAAAgoAAQAGCiQYHkAACwACAAAA"
    "AnNyDAADCAABfwAAAQYAAh+QCwADAAAAA0FwcAAACgABAAYKJBgecDkLAAIAAAACc3MMAAMIAAF/"
    "AAABBgACH5ALAAMAAAADQXBwAAAPAAgMAAAAAQsAAQAAAAhodHRwLnVyaQsAAgAAAAMvdjEIAAMA"
    "AAAGDAAECAABfwAAAQYAAh+QCwADAAAAA0FwcAAAAA=="
)
EXPECTED = (
    '[{"traceId":"0000000000000abc","id":"0000000000000abc","kind":"SERVER","name":"get",'
    '"timestamp":1700000000000000,"duration":12345,'
    '"localEndpoint":{"serviceName":"app","ipv4":"127.0.0.1","port":8080},'
    '"tags":{"http.uri":"/v1"},"shared":true}]'
)
OLD_HEADER = bytes.fromhex("00000003") + b"Log" + bytes.fromhex("0100000000")
STRICT_HEADER = bytes.fromhex("8001000100000003") + b"Log" + bytes.fromhex("00000000")
OK = bytes.fromhex("080000" + "00000000" + "00")


def log_call(header, *messages, category="zipkin"):
    """One framed call of `Log` with an entry per message."""
    entries = b"".join(
        b"\x0b\x00\x01"
        + struct.pack(">i", len(category))
        + category.encode()
        + b"\x0b\x00\x02"
        + struct.pack(">i", len(message))
        + message
        + b"\x00"
        for message in messages
    )
    arguments = b"\x0f\x00\x01\x0c" + struct.pack(">i", len(messages)) + entries + b"\x00"
    call = header + arguments
    return struct.pack(">i", len(call)) + call


def framed(payload):
    return struct.pack(">i", len(payload)) + payload


def test_the_frame_begins_as_the_original_client_began_it():
    frame = log_call(OLD_HEADER, MESSAGE.encode())
    assert frame.hex().startswith("0000013a000000034c6f6701000000000f00010c00000001")


@pytest.mark.parametrize(
    ("header", "reply"),
    [
        (OLD_HEADER, framed(bytes.fromhex("00000003") + b"Log" + bytes.fromhex("0200000000") + OK)),
        (
            STRICT_HEADER,
            bytes.fromhex("00000017" + "80010002" + "00000003" + "4c6f67" + "00000000") + OK,
        ),
    ],
    ids=["unversioned", "strict"],
)
@pytest.mark.parametrize(
    "message",
    [
        MESSAGE,
        MESSAGE + "\n",
        base64.encodebytes(base64.b64decode(MESSAGE)).decode(),
        "\r\n".join(MESSAGE[at : at + 76] for at in range(0, len(MESSAGE), 76)),
    ],
    ids=["plain", "final newline", "lines", "lines of 76 with carriage returns"],
)
def test_golden_v1_is_answered_and_stored(server, header, reply, message):
    with server.scribe() as connection:
        connection.sendall(log_call(header, message.encode()))
        assert read_frame(connection) == reply
    status, _, body = server.request("GET", "/api/v2/trace/abc")
    assert (status, body.decode()) == (200, EXPECTED)


def test_an_undecodable_entry_costs_its_neighbours_nothing(server):
    with server.scribe() as connection:
        bad = [b"****", b"", base64.b64encode(b"\x0b\xff"), MESSAGE.encode()]
        connection.sendall(log_call(OLD_HEADER, *bad))
        assert read_frame(connection).endswith(OK)
    assert [span["id"] for span in server.get("trace/abc")] == ["0000000000000abc"]


def test_other_categories_are_answered_and_left_out(server):
    with server.scribe() as connection:
        connection.sendall(log_call(OLD_HEADER, MESSAGE.encode(), category="access"))
        assert read_frame(connection).endswith(OK)
    status, _, _ = server.request("GET", "/api/v2/trace/abc")
    assert status == 404


def test_calls_in_one_write_are_answered_in_order(server):
    calls = b"".join(
        log_call(OLD_HEADER[:-4] + struct.pack(">i", number), MESSAGE.encode())
        for number in range(50)
    )
    with server.scribe() as connection:
        connection.sendall(calls)
        for number in range(50):
            reply = read_frame(connection)
            assert struct.unpack(">i", reply[12:16])[0] == number


def test_a_remote_shutdown_is_refused(server):
    header = bytes.fromhex("00000008") + b"shutdown" + bytes.fromhex("0400000000")  # one way
    with server.scribe() as connection:
        connection.sendall(framed(header + b"\x00") + log_call(OLD_HEADER, MESSAGE.encode()))
        assert read_frame(connection).endswith(OK)
    assert json.loads(server.request("GET", "/health")[2])["status"] == "UP"


def test_golden_v2_as_protobuf_is_stored(server):
    body = bytes.fromhex(
        "0a480a080000000000000abc1a080000000000000abc20022a034745543100401e18240a060038b960420e"
        "0a0341707012047f00000120903f5a0f0a08687474702e75726912032f7631"
    )
    headers = {"Content-Type": "application/x-protobuf"}
    status, _, answer = server.request("POST", "/api/v2/spans", body, headers)
    assert (status, answer) == (202, b"")
    status, _, answer = server.request("GET", "/api/v2/trace/abc")
    assert (status, answer.decode()) == (200, EXPECTED.replace(',"shared":true', ""))
