# SPDX-License-Identifier: Apache-2.0
"""One odd character or value costs no batch that Zipkin takes, and what Zipkin refuses is refused:
every body of odd_bodies.py beside the recorded verdict of a real server
(tools/record_odd_bodies.py)."""

import json
import pathlib
import re

import odd_bodies
import pytest

RECORDED = json.loads(pathlib.Path(__file__).with_name("odd_bodies.json").read_text())["verdicts"]

FIRST = {"id": "0000000000000001"}
SECOND = {"id": "0000000000000002"}

# Where clew answers otherwise on purpose: "Deliberate differences" of docs/reference/http_api.md
# says why. A status is all that differs unless spans are given.
DIFFERENT = {
    "tag: two high surrogates and a low one": (
        202,
        [FIRST, {**SECOND, "tags": {"k": "?\U0001f600"}}],
    ),
    "unknown key: depth 254": (413, []),
    "id: one zero": (202, [FIRST]),
    "id: fifteen zeros": (202, [FIRST]),
    "proto3: empty span in the middle": (202, [FIRST, SECOND]),
    "proto3: zero id of two bytes": (202, [FIRST]),
    "proto3: kind of 64 bits": (202, [FIRST, SECOND]),
    "gzip: NULs behind the member": (202, [FIRST]),
    "gzip: wrong checksum": (400, []),
    "gzip: a body that is none": (400, []),
    "encoding: GZIP in capitals": (202, [FIRST]),
    "encoding: xgzipx": (415, []),
    "encoding: zstd": (415, []),
}
# What the sentence differs in.
OTHER_WORDS = {
    "list that does not end": "Malformed reading List<Span> from json",
    "gzip: cut in the middle": "Cannot gunzip spans",
}


def words(text):
    """An error without its place, which Gson gives in lines and columns and with a link."""
    return re.split(r" at (?:line \d+ column \d+ )?path ", text)[0]


def test_every_body_has_a_recorded_verdict():
    assert set(RECORDED) == set(odd_bodies.BODIES)
    assert set(DIFFERENT) | set(OTHER_WORDS) <= set(RECORDED)


@pytest.fixture(scope="module")
def one_server(binary, tmp_path_factory):
    from server import Server

    server = Server(binary, tmp_path_factory.mktemp("odd") / "ports")
    yield server
    server.stop()


@pytest.mark.parametrize("name", odd_bodies.BODIES)
def test_an_odd_body_is_taken_as_zipkin_takes_it(one_server, name):
    expected = RECORDED[name]
    verdict = odd_bodies.verdict(one_server.port, name)
    if name in DIFFERENT:
        status, spans = DIFFERENT[name]
        assert (verdict["status"], verdict["spans"]) == (status, spans)
        assert (expected["status"], expected["spans"]) != (status, spans), "not different any more"
        return
    assert verdict["status"] == expected["status"], verdict["text"]
    assert verdict["spans"] == expected["spans"]
    assert words(verdict["text"]) == OTHER_WORDS.get(name, words(expected["text"]))


def test_what_was_left_out_is_counted(start):
    server = start()
    for name in ("id: one zero", "proto3: empty span at the end", "behind the list: text"):
        odd_bodies.verdict(server.port, name)
    metrics = json.loads(server.request("GET", "/metrics")[2])
    assert metrics["counter.clew_collector_spans_zero_id.http"] == 1
    assert metrics["counter.clew_collector_spans_empty.http"] == 1
    assert metrics["counter.clew_collector_bytes_behind_list.http"] == 1
    log = server.log.read_text()
    assert "left_out" in log
    assert "zero_id=1" in log


def test_an_unknown_encoding_is_told_what_to_send(one_server):
    _, headers, body = odd_bodies.body_of("encoding: zstd")
    status, answered, text = one_server.request("POST", "/api/v2/spans", body, headers)
    assert status == 415
    assert answered["Accept-Encoding"] == "gzip"
    assert text.decode().startswith("Content-Encoding zstd is not supported")


def test_a_trace_with_odd_ids_can_be_sent_back(start):
    """An archive, an import, a replay: what the server answers, it takes."""
    server = start()
    for name in odd_bodies.BODIES:
        trace_id, _, _ = odd_bodies.body_of(name)
        odd_bodies.verdict(server.port, name)
        status, _, answer = server.request("GET", f"/api/v2/trace/{trace_id}")
        if status == 200:
            server.post(answer)
            assert server.request("GET", f"/api/v2/trace/{trace_id}")[2] == answer
