# SPDX-License-Identifier: Apache-2.0
"""Tracer.extract(): what a caller sent is read from any mapping or pairs, in any case, as str or
bytes. Method: the same headers in each shape that servers and clients keep them in.
"""

import collections
import sys
from types import MappingProxyType

import pytest

import clew

TRACE, SPAN = "463ac35c9f6413ad48485a3953bb6124", "a2fb4a1d1a96d312"
MULTI = {"X-B3-TraceId": TRACE, "X-B3-SpanId": SPAN, "X-B3-Sampled": "0"}
SINGLE = {"b3": f"{TRACE}-{SPAN}-0"}


@pytest.fixture(scope="module")
def tracer():
    return clew.Tracer("tested", "scribe://127.0.0.1:1", ignore_environment=True)


class OwnMapping(collections.UserDict):
    """A mapping that is no dict, as requests and werkzeug have them."""


def as_bytes(headers):
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


SHAPES = {
    "dict": dict,
    "dict of upper case": lambda headers: {name.upper(): v for name, v in headers.items()},
    "read-only mapping": MappingProxyType,
    "own mapping": OwnMapping,
    "list of pairs": lambda headers: list(headers.items()),
    "tuple of lists": lambda headers: tuple([n, v] for n, v in headers.items()),
    "generator": lambda headers: (pair for pair in headers.items()),
    "bytes, as ASGI has them": as_bytes,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("headers", [MULTI, SINGLE])
def test_headers_are_read_from_every_shape(tracer, shape, headers):
    span = tracer.extract(SHAPES[shape]({"Host": "a", **headers, "Accept": "*/*"}), "get")
    assert (span.trace_id, span.span_id) == (TRACE, SPAN)
    assert not span.is_sampled


def test_other_kinds_than_a_server_are_below_the_caller(tracer):
    span = tracer.extract({"b3": f"{TRACE}-{SPAN}-1"}, "take", "consumer")
    assert (span.trace_id, span.parent_id) == (TRACE, SPAN)
    span.abandon()
    with pytest.raises(ValueError, match="kind"):
        tracer.extract(SINGLE, "take", "customer")


@pytest.mark.parametrize("headers", [{}, [], (), iter(())])
def test_a_trace_begins_without_headers(tracer, headers):
    span = tracer.extract(headers, "get")
    assert span.parent_id is None
    assert span.is_sampled
    span.abandon()


def test_a_header_that_came_twice_is_none(tracer):
    twice = [("X-B3-TraceId", TRACE), ("x-b3-traceid", TRACE.encode()), ("X-B3-SpanId", SPAN)]
    assert tracer.extract(twice, "get").trace_id != TRACE


def test_names_that_only_resemble_headers_are_left_alone(tracer):
    for name in ("b", "b33", "b3\0", "X-B3-TraceIds", "HTTP_B3", "\udcff", ""):
        assert tracer.extract({name: SINGLE["b3"]}, "get").trace_id != TRACE


def test_what_is_no_text_is_left_alone(tracer):
    for headers in ({"b3": None}, {"b3": 3}, {None: "b3"}, {"b3": [SINGLE["b3"]]}):
        assert tracer.extract(headers, "get").trace_id != TRACE


@pytest.mark.parametrize(
    "headers", [None, 3, "b3", b"b3", ["b3"], [("b3",)], [("b3", "0", "1")], [3]]
)
def test_what_holds_no_headers_is_refused(tracer, headers):
    with pytest.raises(TypeError):
        tracer.extract(headers, "get")


def test_what_reading_headers_raises_goes_to_the_caller(tracer):
    def broken():
        yield "b3", SINGLE["b3"]
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        tracer.extract(broken(), "get")


def test_wrong_calls_are_refused(tracer):
    for arguments in ((), ({},), ({}, "get", "server", None, None)):
        with pytest.raises(TypeError):
            tracer.extract(*arguments)
    closed = clew.Tracer("tested", "scribe://127.0.0.1:1")
    closed.close(0)
    with pytest.raises(RuntimeError, match="closed"):
        closed.extract({}, "get")


def test_headers_are_given_back(tracer):
    value = "-".join([TRACE, SPAN, "0"])
    before = sys.getrefcount(value)
    for shape in ({"b3": value}, [("b3", value), ("b3", value)], iter([("b3", value), 3])):
        try:
            tracer.extract(shape, "get")
        except TypeError:
            pass
        del shape
    assert sys.getrefcount(value) == before
