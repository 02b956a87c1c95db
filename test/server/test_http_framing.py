# SPDX-License-Identifier: Apache-2.0
"""One table of request shapes that proxies and servers have disagreed about: what each is answered
with, as the first request of a connection and pipelined behind another. The same table stands in
docs/reference/http_api.md, which a test holds to this one.

Every body carries a second request inside: a server that frames the shape otherwise than stated
answers once too often."""

import re
import socket

import pytest
from conftest import ROOT

HIDDEN = b"GET /info HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"2\r\n[]\r\n0\r\n\r\n"
PATH = b"/api/v2/spans"
WAIT_SECONDS_MAX = 10


def post(*lines, body=b"", version=b"HTTP/1.1", host=b"Host: x"):
    head = [b"POST " + PATH + b" " + version, *([host] if host else []), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def get(target=b"/info", *lines, version=b"HTTP/1.1", host=b"Host: x"):
    head = [b"GET " + target + b" " + version, *([host] if host else []), *lines]
    return b"\r\n".join(head) + b"\r\n\r\n"


LENGTH = b"Content-Length: 2"
CODING = b"Transfer-Encoding: chunked"
BODY = b"[]" + HIDDEN
CHUNKS = CHUNKED + HIDDEN

# Shape: (status, RFC 9112 section unless another is named, requests of that shape).
SHAPES = {
    "Content-Length folded, before or after the value": (
        400,
        "5.2",
        [
            post(b"Content-Length:\r\n 2", body=BODY),
            post(b"Content-Length:\r\n\t2", body=BODY),
            post(b"Content-Length: \r\n \r\n 2", body=BODY),
            post(b"Content-Length: 2\r\n ", body=BODY),
            post(b"Content-Length: 2\r\n 3", body=BODY),
        ],
    ),
    "Transfer-Encoding folded, before or after the value": (
        400,
        "5.2",
        [
            post(b"Transfer-Encoding:\r\n chunked", body=CHUNKS),
            post(b"Transfer-Encoding:\r\n\tchunked", body=CHUNKS),
            post(b"Transfer-Encoding: chunked\r\n ", body=CHUNKS),
            post(b"Transfer-Encoding: chunked\r\n , gzip", body=CHUNKS),
            post(b"Transfer-Encoding: gzip,\r\n chunked", body=CHUNKS),
        ],
    ),
    "any other header folded, before or after the value": (
        400,
        "5.2",
        [
            get(b"/info", b"X:\r\n y"),
            get(b"/info", b"X: a\r\n b"),
            get(b"/info", b"X: a\r\n\t"),
            get(b"/info", b"Accept:\r\n \r\n text/html"),
            get(host=b"Host:\r\n x"),
            get(host=b"Host: x\r\n "),
        ],
    ),
    "first header line begins with a blank": (400, "2.2", [get(host=b" Host: x")]),
    "trailer folded": (
        400,
        "5.2",
        [
            post(CODING, body=b"2\r\n[]\r\n0\r\nX:\r\n y\r\n\r\n"),
            post(CODING, body=b"2\r\n[]\r\n0\r\nX: y\r\n z\r\n\r\n"),
        ],
    ),
    "two Content-Length, equal or different": (
        400,
        "6.3",
        [
            post(LENGTH, LENGTH, body=BODY),
            post(LENGTH, b"content-length: 3", body=BODY),
            post(b"Content-Length: 0", LENGTH, body=BODY),
        ],
    ),
    "list in Content-Length": (
        400,
        "6.3",
        [post(b"Content-Length: 2, 2", body=BODY), post(b"Content-Length: 2,3", body=BODY)],
    ),
    "Content-Length that is not digits": (
        400,
        "6.3",
        [
            post(b"Content-Length: " + value, body=BODY)
            for value in (b"", b"+2", b"-2", b"0x2", b"2 2", b"2.0", b"2;a", b"1" * 30)
        ],
    ),
    "Content-Length and Transfer-Encoding": (
        400,
        "6.3",
        [
            post(LENGTH, CODING, body=CHUNKS),
            post(CODING, LENGTH, body=CHUNKS),
            post(LENGTH, b"Transfer-Encoding: identity", body=BODY),
        ],
    ),
    "Transfer-Encoding where chunked is not last, or not once": (
        400,
        "6.3, 7.1",
        [
            post(b"Transfer-Encoding: " + value, body=CHUNKS)
            for value in (
                b"gzip",
                b"identity",
                b"chunked, gzip",
                b"chunked, identity",
                b"chunked, chunked",
                b"chunked,",
                b"chunked;a=b",
                b'"chunked"',
                b"xchunked",
                b"",
            )
        ]
        + [
            post(CODING, CODING, body=CHUNKS),
            post(CODING, b"Transfer-Encoding: gzip", body=CHUNKS),
        ],
    ),
    "Transfer-Encoding with another coding before chunked": (
        501,
        "6.1",
        [
            post(b"Transfer-Encoding: gzip, chunked", body=CHUNKS),
            post(b"Transfer-Encoding: gzip", CODING, body=CHUNKS),
        ],
    ),
    "Transfer-Encoding in HTTP/1.0": (400, "6.1", [post(CODING, version=b"HTTP/1.0", body=CHUNKS)]),
    "chunk extensions, well-formed": (
        202,
        "7.1.1",
        [
            post(CODING, body=b"2;a\r\n[]\r\n0;b=c\r\n\r\n"),
            post(CODING, body=b'2;a="b c"\r\n[]\r\n0\r\n\r\n'),
        ],
    ),
    "chunk extension with a control character, or malformed": (
        400,
        "7.1.1",
        [
            post(CODING, body=b"2;a\nb\r\n[]\r\n0\r\n\r\n"),
            post(CODING, body=b'2;a="\n"\r\n[]\r\n0\r\n\r\n'),
            post(CODING, body=b'2;a="\0"\r\n[]\r\n0\r\n\r\n'),
            post(CODING, body=b"2;=\r\n[]\r\n0\r\n\r\n"),
        ],
    ),
    "chunk size that is not hexadecimal digits": (
        400,
        "7.1",
        [
            post(CODING, body=size + b"\r\n[]\r\n0\r\n\r\n")
            for size in (b"", b"x", b"0x2", b"+2", b"-2", b" 2", b"1" * 17)
        ],
    ),
    "bare LF or bare CR as a line end, in head or chunks": (
        400,
        "2.2",
        [
            get().replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n"),
            get().replace(b"x\r\n\r\n", b"x\n\r\n"),
            get().replace(b"x\r\n\r\n", b"x\r\n\n"),
            get(b"/info", b"X: a\nY: b"),
            get(b"/info", b"X: a\rY: b"),
            post(CODING, body=b"2\n[]\r\n0\r\n\r\n"),
            post(CODING, body=b"2\r\n[]\n0\r\n\r\n"),
            post(CODING, body=b"2\r\n[]\r\n0\r\nX: y\n\r\n\r\n"),
        ],
    ),
    "NUL or another control character": (
        400,
        "9110 5.5",
        [
            get(b"/in\0fo"),
            get(b"/info", b"X: a\0b"),
            get(b"/info", b"X\0: a"),
            get(b"/info", b"X: a\x7f"),
            post(b"Transfer-Encoding:\x0bchunked", body=CHUNKS),
            post(b"Content-Length: 2\0", body=BODY),
        ],
    ),
    "white space before a header's colon": (
        400,
        "5.1",
        [
            get(b"/info", b"X : a"),
            post(b"Content-Length : 2", body=BODY),
            post(b"Transfer-Encoding\t: chunked", body=CHUNKS),
        ],
    ),
    "header line without a colon or a name": (
        400,
        "5",
        [get(b"/info", b"no colon"), get(b"/info", b": a")],
    ),
    "byte above 0x7f in a header's name": (400, "9110 5.1", [get(b"/info", b"X\xe4: a")]),
    "bytes above 0x7f in a header's value or the target": (
        200,
        "9110 5.5",
        [get(b"/info", b"X: \xc3\xa4\xff"), get(b"/info?a=\xc3\xa4")],
    ),
    "no Host": (400, "3.2", [get(host=None), post(LENGTH, body=BODY, host=None)]),
    "two Hosts, equal or different": (
        400,
        "3.2",
        [
            get(b"/info", b"Host: x"),
            get(b"/info", b"host: y"),
            get(b"/info", b"Host: x", version=b"HTTP/1.0"),
        ],
    ),
    "Host that is empty or not a host": (
        400,
        "3.2",
        [
            get(host=b"Host: " + value)
            for value in (
                b"",
                b"a/b@c d",
                b"user@x",
                b"a b",
                b"x:port",
                b"x:65536",
                b"[::1",
                b"a, b",
            )
        ],
    ),
    "Host with a name or an address, a port or none": (
        200,
        "3.2",
        [get(host=b"Host: " + v) for v in (b"a_b.c:1", b"127.0.0.1", b"[::1]:9411", b"a%41")],
    ),
    "target in absolute form": (
        200,
        "3.2.2",
        [get(b"http://x/info"), get(b"HTTP://other:1/info?a=b"), get(b"http://[::1]/info")],
    ),
    "target in absolute form with no Host, with user info, or of another scheme": (
        400,
        "3.2.2, 9110 4.2",
        [
            get(b"http://x/info", host=None),
            get(b"http://u@x/info"),
            get(b"http:///info"),
            get(b"ftp://x/info"),
        ],
    ),
    "target in another form": (
        400,
        "3.2",
        [get(b"*"), get(b"info"), get(b"x:80"), b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"],
    ),
    "space in the target": (
        400,
        "3",
        [get(b"/info a"), get(b"/info a HTTP/1.1"), get(b"/info ")],
    ),
    "request line without target or version": (
        400,
        "3",
        [b"GET\r\n\r\n", b"GET /info\r\n\r\n", b"GET /info HTTP\r\nHost: x\r\n\r\n"],
    ),
    "one empty line before the request line": (
        200,
        "2.2",
        [b"\r\n" + get(), b"\r\n" + get(version=b"HTTP/1.0", host=None)],
    ),
    "two empty lines before the request line": (400, "2.2", [b"\r\n\r\n" + get()]),
    "HTTP/1.0 with a Host or without": (
        200,
        "3.2",
        [get(version=b"HTTP/1.0"), get(version=b"HTTP/1.0", host=None)],
    ),
    "another version": (
        505,
        "9110 15.6.6",
        [
            get(version=b"HTTP/1.2"),
            get(version=b"HTTP/2.0"),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            get(version=b"HTTP/0.9"),
        ],
    ),
    "trailers within the header limit": (
        202,
        "7.1.2",
        [post(CODING, body=b"2\r\n[]\r\n0\r\nX: y\r\n\r\n")],
    ),
    "trailers that frame the body": (
        400,
        "9110 6.5.1",
        [
            post(CODING, body=b"2\r\n[]\r\n0\r\n" + LENGTH + b"\r\n\r\n"),
            post(CODING, body=b"2\r\n[]\r\n0\r\n" + CODING + b"\r\n\r\n"),
        ],
    ),
    "trailers, or chunk extensions, beyond the header limit": (
        431,
        "9110 5.4",
        [
            post(CODING, body=b"2\r\n[]\r\n0\r\n" + b"X: " + b"y" * 9_000 + b"\r\n\r\n"),
            post(CODING, body=b"2\r\n[]\r\n0\r\n" + b"X: yyyyyyyyyyyyyyyy\r\n" * 500 + b"\r\n"),
            post(CODING, body=b"2;a=" + b"b" * 9_000 + b"\r\n[]\r\n0\r\n\r\n"),
        ],
    ),
}


def answers_to(port, sent):
    """The statuses of everything the server says until it closes or the peer has."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS_MAX) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while part := connection.recv(65536):
            received += part
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]


@pytest.fixture(scope="module")
def port(start_once):
    return start_once("--allowed-hosts", "*").port  # the shapes are about framing


@pytest.mark.parametrize("shape", SHAPES)
def test_shape_first_and_pipelined_second(port, shape):
    status, _, requests = SHAPES[shape]
    for request in requests:
        assert answers_to(port, request) == [status], request
        assert answers_to(port, get() + request) == [200, status], request


def test_accepted_shapes_leave_the_connection_in_step(port):
    for status, _, requests in SHAPES.values():
        for request in requests if status < 300 else ():
            last = b"HTTP/1.0" in request
            statuses = [status] if last else [status, 200]
            assert answers_to(port, request + get()) == statuses, request


def test_the_reference_has_the_same_table():
    text = (ROOT / "docs/reference/http_api.md").read_text()
    rows = re.findall(r"^\| (.+) \| (\d{3}) \| ([\d., ]+) \|$", text, re.MULTILINE)
    assert rows == [(shape, str(status), rfc) for shape, (status, rfc, _) in SHAPES.items()]


def print_table():
    for shape, (status, rfc, _) in SHAPES.items():
        print(f"| {shape} | {status} | {rfc} |")


if __name__ == "__main__":
    print_table()
