# SPDX-License-Identifier: Apache-2.0
"""Odd bodies of POST /api/v2/spans, and how to ask a server what it makes of one.

Each holds a good span "1", so that an odd neighbour shows what it costs.
tools/record_odd_bodies.py records what a real Zipkin makes of them, test_odd_bodies.py asks clew
the same.
"""

import gzip
import http.client
import json
import struct
import time
import zlib

GOOD = b'{"traceId":"TRACE","id":"1"}'
TRACE = b"TRACE"
TRACE_BYTES = b"TRACE-ID"

JSON = {"Content-Type": "application/json"}
PROTO3 = {"Content-Type": "application/x-protobuf"}
GZIP = {"Content-Type": "application/json", "Content-Encoding": "gzip"}


def beside(members):
    """The good span, and one with these members."""
    return b"[" + GOOD + b',{"traceId":"TRACE","id":"2",' + members + b"}]"


def tag(text):
    return beside(b'"tags":{"k":"' + text + b'"}')


def field(number, content):
    """A protobuf field of bytes; sizes stay below 128."""
    return bytes([number << 3 | 2, len(content)]) + content


def proto3(*spans):
    return b"".join(field(1, span) for span in spans)


def proto3_span(number, *fields):
    return field(1, TRACE_BYTES) + field(3, number.to_bytes(8, "big")) + b"".join(fields)


def gzipped(body):
    return gzip.compress(body, mtime=0)


def gzip_without_end(body):
    """What a sender leaves that flushes its stream and never ends it."""
    stream = zlib.compressobj(wbits=31)
    return stream.compress(body) + stream.flush(zlib.Z_SYNC_FLUSH)


def nested(depth):
    return beside(b'"x":' + b"[" * depth + b"]" * depth)


LIST = b"[" + GOOD + b"]"

# name: (headers, body). TRACE and TRACE_BYTES become a trace id. A body of three parts is how to
# compress, what, and what follows it.
BODIES = {
    # Text that is no text.
    "tag: lone high surrogate": (JSON, tag(rb"a\ud83d")),
    "tag: lone low surrogate": (JSON, tag(rb"\ude00z")),
    "tag: high surrogate before another escape": (JSON, tag(rb"\ud83d\n")),
    "tag: two high surrogates and a low one": (JSON, tag(rb"\ud83d\ud83d\ude00")),
    "tag: surrogates in the wrong order": (JSON, tag(rb"\ude00\ud83d")),
    "tag: high surrogate before a raw character": (JSON, tag(rb"\ud83dx")),
    "tag: whole surrogate pair": (JSON, tag(rb"\ud83d\ude00")),
    "tag: Latin-1": (JSON, tag(b"caf\xe9")),
    "tag: UTF-8 cut after one byte": (JSON, tag(b"\xf0")),
    "tag: UTF-8 cut after two bytes": (JSON, tag(b"\xf0\x9f")),
    "tag: UTF-8 cut after three bytes": (JSON, tag(b"\xf0\x9f\x98")),
    "tag: UTF-8 of three bytes cut": (JSON, tag(b"\xe2\x82")),
    "tag: surrogate in UTF-8": (JSON, tag(b"\xed\xa0\xbd")),
    "tag: overlong UTF-8": (JSON, tag(b"\xc0\x80\xe0\x80\x80")),
    "tag: beyond U+10FFFF": (JSON, tag(b"\xf4\x90\x80\x80")),
    "tag: bytes that UTF-8 never has": (JSON, tag(b"\xff\xfe\xf8")),
    "tag: continuation bytes alone": (JSON, tag(b"\x80\xbf")),
    "tag: raw line feed and tab": (JSON, tag(b"a\n\tb\rc")),
    "tag: raw NUL": (JSON, tag(b"a\x00b")),
    "tag: raw escape and unit separator": (JSON, tag(b"\x1b[0m\x1f")),
    "tag: escaped apostrophe": (JSON, tag(rb"it\'s")),
    "tag: escaped line feed": (JSON, tag(b"a\\\nb")),
    "tag: escaped carriage return": (JSON, tag(b"a\\\rb")),
    "tag: unknown escape": (JSON, tag(rb"a\x41")),
    "tag: escape that is not hexadecimal": (JSON, tag(rb"\u00zz")),
    "key of a tag: lone surrogate": (JSON, beside(rb'"tags":{"\ud83d":"v"}')),
    "key of a tag: invalid UTF-8": (JSON, beside(b'"tags":{"\xe9":"v"}')),
    "key of a span: invalid UTF-8": (JSON, beside(b'"na\xe9me":"v"')),
    "name: invalid UTF-8": (JSON, beside(b'"name":"A\xe9"')),
    "service name: lone surrogate": (JSON, beside(rb'"localEndpoint":{"serviceName":"A\ud83d"}')),
    "annotation: raw line feed": (JSON, beside(b'"annotations":[{"timestamp":1,"value":"a\nb"}]')),
    "unknown key: lone surrogate": (JSON, beside(rb'"x":{"y":["\ud83d"]}')),
    "unknown key: invalid UTF-8 and controls": (JSON, beside(b'"x":"\xff\x01"')),
    "outside of strings: a control character": (JSON, beside(b'"x":1\x01')),
    "outside of strings: invalid UTF-8": (JSON, beside(b'"x":1\xff')),
    # Numbers and other values.
    "timestamp: 2^63": (JSON, beside(b'"timestamp":9223372036854775808')),
    "timestamp: 2^63 + 1024": (JSON, beside(b'"timestamp":9223372036854776832')),
    "timestamp: 2^63 + 1025": (JSON, beside(b'"timestamp":9223372036854776833')),
    "timestamp: -2^63": (JSON, beside(b'"timestamp":-9223372036854775808')),
    "timestamp: -2^63 - 1": (JSON, beside(b'"timestamp":-9223372036854775809')),
    "timestamp: 1e19": (JSON, beside(b'"timestamp":1e19')),
    "timestamp: 1e999": (JSON, beside(b'"timestamp":1e999')),
    "timestamp: 1e-999": (JSON, beside(b'"timestamp":1e-999')),
    "timestamp: text with blanks": (JSON, beside(b'"timestamp":" 12 "')),
    "timestamp: text with a sign": (JSON, beside(b'"timestamp":"+12"')),
    "timestamp: text of a Java double": (JSON, beside(b'"timestamp":"12.0d"')),
    "timestamp: text of a hexadecimal double": (JSON, beside(b'"timestamp":"0x1p3"')),
    "timestamp: NaN as text": (JSON, beside(b'"timestamp":"NaN"')),
    "timestamp: empty text": (JSON, beside(b'"timestamp":""')),
    "timestamp: -0": (JSON, beside(b'"timestamp":-0')),
    "port: 2^31": (JSON, beside(b'"localEndpoint":{"port":2147483648}')),
    "port: -2^31 - 1": (JSON, beside(b'"localEndpoint":{"port":-2147483649}')),
    "tag: 1e999": (JSON, beside(b'"tags":{"k":1e999,"j":-0}')),
    "unknown key: 1e999": (JSON, beside(b'"x":1e999,"y":[-1E+999]')),
    "unknown key: leading zero": (JSON, beside(b'"x":01')),
    "unknown key: NaN": (JSON, beside(b'"x":NaN')),
    "unknown key: capital keywords": (JSON, beside(b'"x":[True,FALSE,Null],"debug":True')),
    "unknown key: depth 253": (JSON, nested(253)),
    "unknown key: depth 254": (JSON, nested(254)),
    "annotation: timestamp 0": (JSON, beside(b'"annotations":[{"timestamp":0,"value":"a"}]')),
    "annotation: negative timestamp": (
        JSON,
        beside(b'"annotations":[{"timestamp":-1,"value":"a"}]'),
    ),
    "annotation: empty value": (JSON, beside(b'"annotations":[{"timestamp":1,"value":""}]')),
    "annotation: null timestamp": (JSON, beside(b'"annotations":[{"timestamp":null,"value":"a"}]')),
    "tag: empty key": (JSON, beside(b'"tags":{"":"v"}')),
    "address: mapped, in groups": (JSON, beside(b'"localEndpoint":{"ipv6":"::ffff:102:304"}')),
    "address: mapped, dotted": (JSON, beside(b'"localEndpoint":{"ipv6":"::ffff:1.2.3.4"}')),
    "name: final sigma": (JSON, beside('"name":"ΑΣ ΣΑΣ ΑΣ-Σ ΟΔΟΣ1 Σ"'.encode())),
    "name: dotted capital I": (JSON, beside('"name":"İSTANBUL"'.encode())),
    "name: sharp s, astral letters": (JSON, beside('"name":"STRAẞE 𐐀"'.encode())),
    # Ids.
    "id: one zero": (JSON, b'[{"traceId":"TRACE","id":"0"},' + GOOD + b"]"),
    "id: fifteen zeros": (JSON, b'[{"traceId":"TRACE","id":"000000000000000"},' + GOOD + b"]"),
    "id: sixteen zeros": (JSON, b'[{"traceId":"TRACE","id":"0000000000000000"},' + GOOD + b"]"),
    "trace id: one zero": (JSON, b'[{"traceId":"0","id":"1"},' + GOOD + b"]"),
    "trace id: 32 zeros": (JSON, b'[{"traceId":"' + b"0" * 32 + b'","id":"1"},' + GOOD + b"]"),
    "parent id: zeros": (JSON, beside(b'"parentId":"000"')),
    # What surrounds the list.
    "behind the list: a bracket": (JSON, LIST + b"]"),
    "behind the list: text": (JSON, LIST + b"x"),
    "behind the list: a second list": (JSON, LIST + LIST),
    "behind the list: NULs": (JSON, LIST + b"\0\0"),
    "behind the list: invalid UTF-8 and a quote": (JSON, LIST + b'\xff"'),
    "trailing comma": (JSON, b"[" + GOOD + b",]"),
    "list that does not end": (JSON, b"[" + GOOD),
    "comment": (JSON, b"[/* x */" + GOOD + b"]"),
    "single quotes": (JSON, b"[" + GOOD + b",{'traceId':'1','id':'2'}]"),
    "byte order mark": (JSON, b"\xef\xbb\xbf" + LIST),
    # proto3.
    "proto3: empty parent id": (PROTO3, proto3(proto3_span(1), proto3_span(2, field(2, b"")))),
    "proto3: empty name": (PROTO3, proto3(proto3_span(1), proto3_span(2, field(5, b"")))),
    "proto3: empty id": (
        PROTO3,
        proto3(proto3_span(1), field(1, TRACE_BYTES) + field(3, b"")),
    ),
    "proto3: empty trace id": (
        PROTO3,
        proto3(proto3_span(1), field(1, b"") + field(3, b"\0" * 7 + b"\2")),
    ),
    "proto3: empty endpoint": (PROTO3, proto3(proto3_span(1), proto3_span(2, field(8, b"")))),
    "proto3: endpoint of empty fields": (
        PROTO3,
        proto3(
            proto3_span(1), proto3_span(2, field(8, field(1, b"") + field(2, b"") + field(3, b"")))
        ),
    ),
    "proto3: empty annotation": (PROTO3, proto3(proto3_span(1), proto3_span(2, field(10, b"")))),
    "proto3: annotation with an empty value": (
        PROTO3,
        proto3(
            proto3_span(1),
            proto3_span(2, field(10, b"\x09" + struct.pack("<q", 5) + field(2, b""))),
        ),
    ),
    "proto3: annotation at 0": (
        PROTO3,
        proto3(
            proto3_span(1),
            proto3_span(2, field(10, b"\x09" + struct.pack("<q", 0) + field(2, b"a"))),
        ),
    ),
    "proto3: empty tag": (PROTO3, proto3(proto3_span(1), proto3_span(2, field(11, b"")))),
    "proto3: tag with an empty key": (
        PROTO3,
        proto3(proto3_span(1), proto3_span(2, field(11, field(1, b"") + field(2, b"v")))),
    ),
    "proto3: tag without a key": (
        PROTO3,
        proto3(proto3_span(1), proto3_span(2, field(11, field(2, b"v")))),
    ),
    "proto3: tag with an empty value": (
        PROTO3,
        proto3(proto3_span(1), proto3_span(2, field(11, field(1, b"k") + field(2, b"")))),
    ),
    "proto3: tag without a value": (
        PROTO3,
        proto3(proto3_span(1), proto3_span(2, field(11, field(1, b"k")))),
    ),
    "proto3: empty span at the end": (PROTO3, proto3(proto3_span(1), b"")),
    "proto3: empty span in the middle": (PROTO3, proto3(proto3_span(1), b"", proto3_span(2))),
    "proto3: zero id of two bytes": (
        PROTO3,
        proto3(proto3_span(1), field(1, TRACE_BYTES) + field(3, b"\0\0")),
    ),
    "proto3: zero id of eight bytes": (PROTO3, proto3(proto3_span(1), proto3_span(0))),
    "proto3: invalid UTF-8": (
        PROTO3,
        proto3(
            proto3_span(1),
            proto3_span(2, field(11, field(1, b"k") + field(2, b"\xf0\x9f\xff\xed\xa0\xbd"))),
        ),
    ),
    "proto3: kind of 64 bits": (
        PROTO3,
        proto3(proto3_span(1), proto3_span(2, b"\x20" + b"\xff" * 9 + b"\x01")),
    ),
    # gzip.
    "gzip: an empty body": (GZIP, b""),
    "gzip: an empty stream": (GZIP, gzipped(b"")),
    "gzip: bytes behind the member": (GZIP, (gzipped, LIST, b"trailing")),
    "gzip: NULs behind the member": (GZIP, (gzipped, LIST, b"\0" * 20)),
    "gzip: a second member": (GZIP, (gzipped, LIST, gzipped(b" "))),
    "gzip: without trailer": (GZIP, (lambda body: gzipped(body)[:-8], LIST, b"")),
    "gzip: half a trailer": (GZIP, (lambda body: gzipped(body)[:-4], LIST, b"")),
    "gzip: flushed and not ended": (GZIP, (gzip_without_end, LIST, b"")),
    "gzip: wrong checksum": (
        GZIP,
        (lambda body: gzipped(body)[:-8] + b"\1\2\3\4" + gzipped(body)[-4:], LIST, b""),
    ),
    "gzip: cut in the middle": (GZIP, (lambda body: gzipped(body)[: len(body) // 2], LIST, b"")),
    "gzip: a body that is none": (GZIP, LIST),
    "encoding: GZIP in capitals": ({**JSON, "Content-Encoding": "GZIP"}, (gzipped, LIST, b"")),
    "encoding: x-gzip": ({**JSON, "Content-Encoding": "x-gzip"}, (gzipped, LIST, b"")),
    "encoding: identity": ({**JSON, "Content-Encoding": "identity"}, LIST),
    "encoding: identity, gzip": (
        {**JSON, "Content-Encoding": "identity, gzip"},
        (gzipped, LIST, b""),
    ),
    "encoding: xgzipx": ({**JSON, "Content-Encoding": "xgzipx"}, (gzipped, LIST, b"")),
    "encoding: zstd": ({**JSON, "Content-Encoding": "zstd"}, b"\x28\xb5\x2f\xfd\x04\x00"),
    "encoding: br of an empty body": ({**JSON, "Content-Encoding": "br"}, b""),
}


def body_of(name):
    """The trace id of one body, which no other has, its headers and its bytes."""
    headers, body = BODIES[name]
    trace_id = f"{0xC1E30000 + list(BODIES).index(name):08x}"
    compress, text, behind = body if isinstance(body, tuple) else (bytes, body, b"")
    text = text.replace(TRACE_BYTES, bytes.fromhex(trace_id.rjust(16, "0")))
    return trace_id, headers, compress(text.replace(TRACE, trace_id.encode())) + behind


def verdict(port, name, patience_seconds=0.0):
    """What the server answers, and which spans of the trace it has then.

    Zipkin answers 202 before the spans can be read: be patient until one is there.
    """
    trace_id, headers, body = body_of(name)
    status, text = ask(port, "POST", "/api/v2/spans", body, headers)
    deadline = time.monotonic() + (patience_seconds if status == 202 else 0)
    while True:
        found, answer = ask(port, "GET", f"/api/v2/trace/{trace_id}")
        if found == 200 or time.monotonic() > deadline:
            break
        time.sleep(0.05)
    return {"status": status, "text": text, "spans": spans_in(answer) if found == 200 else []}


def spans_in(answer):
    """Without the trace id, by id; Zipkin's answer itself where it is not JSON."""
    try:
        spans = json.loads(answer)
    except ValueError:
        return answer
    for span in spans:
        del span["traceId"]
    return sorted(spans, key=lambda span: span["id"])


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()
