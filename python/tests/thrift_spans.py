# SPDX-License-Identifier: Apache-2.0
"""Scribe's and Zipkin's thrift read by hand, apart from clew's own code, and turned into the shape
of Zipkin's v2 JSON so that one test can look at both ways of sending.
"""

import base64
import socket
import struct

STOP, BOOL, BYTE, DOUBLE, I16, I32, I64, STRING, STRUCT, LIST = 0, 2, 3, 4, 6, 8, 10, 11, 12, 15
OK, TRY_LATER = 0, 1
FIXED = {BOOL: ">b", BYTE: ">b", DOUBLE: ">d", I16: ">h", I32: ">i", I64: ">q"}
KINDS = {"cs": "CLIENT", "cr": "CLIENT", "sr": "SERVER", "ss": "SERVER"}


class Reader:
    """TBinaryProtocol over a byte string; structs become {field id: value}."""

    def __init__(self, octets):
        self.octets = octets
        self.offset = 0

    def take(self, size):
        part = self.octets[self.offset : self.offset + size]
        assert len(part) == size, "the message ends too early"
        self.offset += size
        return part

    def number(self, layout):
        return struct.unpack(layout, self.take(struct.calcsize(layout)))[0]

    def value(self, kind):
        if kind in FIXED:
            return self.number(FIXED[kind])
        if kind == STRING:
            return self.take(self.number(">i"))
        if kind == LIST:
            element, count = self.number(">b"), self.number(">i")
            return [self.value(element) for _ in range(count)]
        assert kind == STRUCT, f"unknown thrift type {kind}"
        fields = {}
        while (kind := self.number(">b")) != STOP:
            field = self.number(">h")
            fields[field] = self.value(kind)
        return fields

    def message_head(self):
        """(name, sequence id, whether the header is versioned)."""
        first = self.number(">i")
        if first >= 0:
            name = self.take(first)
            assert self.number(">b") == 1, "not a call"
            return name, self.number(">i"), False
        assert first & 0xFFFFFFFF == 0x80010001, "not a call of version 1"
        return self.value(STRING), self.number(">i"), True


def read_log_call(frame):
    """A framed call's body: (list of (category, message), sequence id, is strict)."""
    reader = Reader(frame)
    name, sequence, is_strict = reader.message_head()
    assert name == b"Log", name
    arguments = reader.value(STRUCT)
    assert reader.offset == len(frame), "bytes after the call"
    return [(entry[1], entry[2]) for entry in arguments[1]], sequence, is_strict


def log_reply(result, sequence, is_strict):
    """The answer to a Log call in the caller's form, with its frame header."""
    if is_strict:
        head = struct.pack(">Ii3si", 0x80010002, 3, b"Log", sequence)
    else:
        head = struct.pack(">i3sbi", 3, b"Log", 2, sequence)
    body = head + struct.pack(">bhib", I32, 0, result, STOP)
    return struct.pack(">i", len(body)) + body


def read_span(message):
    """A LogEntry's message as a span in the shape of v2 JSON."""
    reader = Reader(base64.b64decode(message, validate=True))
    fields = reader.value(STRUCT)
    assert reader.offset == len(reader.octets), "bytes after the span"
    span = {"traceId": hex_id(fields[1]), "id": hex_id(fields[4]), "name": fields[3].decode()}
    if 12 in fields:
        span["traceId"] = hex_id(fields[12]) + span["traceId"]
    if 5 in fields:
        span["parentId"] = hex_id(fields[5])
    if fields.get(9):
        span["debug"] = True
    if 10 in fields:
        span["timestamp"], span["duration"] = fields[10], fields.get(11)
    add_annotations(span, fields.get(6, []))
    add_tags(span, fields.get(8, []))
    return span


def hex_id(number):
    return format(number & 0xFFFFFFFFFFFFFFFF, "016x")


def add_annotations(span, annotations):
    span["annotations"] = []
    edges = {}
    for annotation in annotations:
        value = annotation[2].decode()
        span.setdefault("localEndpoint", endpoint(annotation[3]))
        if value in KINDS:
            span["kind"] = KINDS[value]
            edges[value] = annotation[1]
        else:
            span["annotations"].append({"timestamp": annotation[1], "value": value})
    begin, end = edges.get("cs", edges.get("sr")), edges.get("cr", edges.get("ss"))
    if begin is not None:
        span.setdefault("timestamp", begin)
        if end is not None:
            span.setdefault("duration", max(end - begin, 1))


def add_tags(span, binary_annotations):
    span["tags"] = {}
    for entry in binary_annotations:
        key, value, kind = entry[1].decode(), entry[2], entry[3]
        if key in ("sa", "ca") and kind == 0:
            span["remoteEndpoint"] = endpoint(entry[4])
        elif key == "lc" and not value:  # holds the endpoint where nothing else does
            span.setdefault("localEndpoint", endpoint(entry[4]))
        else:
            assert kind == 6, f"tag {key} is not a string"
            span["tags"][key] = value.decode()
            if 4 in entry:
                span.setdefault("localEndpoint", endpoint(entry[4]))


def endpoint(host):
    known = {}
    if host.get(3):
        known["serviceName"] = host[3].decode()
    if host.get(1):
        known["ipv4"] = socket.inet_ntoa(struct.pack(">i", host[1]))
    if host.get(4):
        known["ipv6"] = socket.inet_ntop(socket.AF_INET6, host[4])
    if host.get(2):
        known["port"] = host[2] & 0xFFFF
    return known
