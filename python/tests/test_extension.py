# SPDX-License-Identifier: Apache-2.0
"""The compiled module by itself: what it needs at run time, its types, and their limits."""

import gc
import struct
import sys
import threading
import tracemalloc

import pytest
from services import run_script

import clew
from clew import _native

NOWHERE = "scribe://127.0.0.1:1"


@pytest.fixture
def tracer(collector):
    return clew.Tracer("Tested", collector.endpoint, ignore_environment=True)


def needed_libraries(path):
    """The DT_NEEDED entries of a 64-bit little-endian ELF file."""
    with open(path, "rb") as file:
        image = file.read()
    assert image[:6] == b"\x7fELF\x02\x01"
    (table,) = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, table + n * size) for n in range(count)]
    (dynamic,) = [section for section in sections if section[1] == 6]
    strings = sections[dynamic[6]][4]
    needed = []
    for offset in range(dynamic[4], dynamic[4] + dynamic[5], 16):
        tag, value = struct.unpack_from("<qQ", image, offset)
        if tag == 1:
            end = image.index(b"\0", strings + value)
            needed.append(image[strings + value : end].decode())
    return needed


def test_it_needs_the_c_and_cpp_libraries_and_nothing_else():
    needed = set(needed_libraries(_native.__file__))
    if "libasan.so.8" in needed:  # run_sanitized.sh
        needed -= {"libasan.so.8", "libubsan.so.1"}
    # Of the C library: its arithmetic, and its loader, named where thread-local storage is used.
    needed -= {"libm.so.6", "ld-linux-x86-64.so.2"}
    assert needed <= {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1"}
    assert "libc.so.6" in needed


def test_it_destroys_nothing_when_a_program_ends():
    """Its thread is at work until the very end: a static object that ends before would be used."""
    with open(_native.__file__, "rb") as file:
        image = file.read()
    assert b"\0__cxa_thread_atexit\0" in image  # where imported names are looked for
    assert b"\0__cxa_atexit\0" not in image


def test_the_version_is_the_packages():
    from importlib.metadata import version

    assert clew.__version__ == version("clew")


def test_a_span_has_what_was_said_about_it(tracer, collector):
    span = tracer.start("Work", "client")
    span.tag("key", "value")
    span.tag("key", "later value")
    span.annotate("now")
    span.annotate("then", 1_700_000_000_123_456)
    span.remote("192.0.2.1", 80, "other")
    span.local("192.0.2.2", 8080)
    span.error("went wrong")
    span.finish()
    assert tracer.flush(20)
    (sent,) = collector.spans()
    assert sent["name"] == "work"
    assert sent["kind"] == "CLIENT"
    assert sent["id"] == span.span_id
    assert sent["traceId"] == span.trace_id
    assert sent["tags"] == {"key": "later value", "error": "went wrong"}
    assert sent["remoteEndpoint"] == {"serviceName": "other", "ipv4": "192.0.2.1", "port": 80}
    assert sent["localEndpoint"] == {"serviceName": "tested", "ipv4": "192.0.2.2", "port": 8080}
    assert {a["value"] for a in sent["annotations"]} == {"now", "then"}
    assert 1_700_000_000_123_456 in {a["timestamp"] for a in sent["annotations"]}


def test_addresses_of_version_6_are_sent(tracer, collector):
    span = tracer.start("a", "client")
    span.remote("2001:db8::c001", 443)
    span.finish()
    assert tracer.flush(20)
    assert collector.spans()[0]["remoteEndpoint"] == {"ipv6": "2001:db8::c001", "port": 443}


@pytest.mark.parametrize("address", ["", "unix", "999.1.1.1", "\udc80"])
def test_an_address_that_is_none_is_left_out(tracer, collector, address):
    span = tracer.start("a", "client")
    span.remote(address, 80)
    span.finish()
    assert tracer.flush(20)
    assert collector.spans()[0].get("remoteEndpoint", {}).keys() <= {"port"}


def test_with_makes_a_span_current_and_ends_it(tracer, collector):
    assert clew.current() is None
    with tracer.start("outer") as outer:
        assert clew.current() is outer
        with tracer.start("inner") as inner:
            assert clew.current() is inner
            assert inner.parent_id == outer.span_id
        assert not inner.is_open
        assert clew.current() is outer
    assert clew.current() is None
    assert tracer.flush(20)
    assert {span["name"] for span in collector.spans()} == {"outer", "inner"}


def test_an_exception_that_leaves_a_with_is_its_error(tracer, collector):
    with pytest.raises(ValueError, match="wrong"), tracer.start("a"):
        raise ValueError("wrong")
    with pytest.raises(KeyboardInterrupt), tracer.start("b"):
        raise KeyboardInterrupt
    span = tracer.start("c")
    span.error("first")
    with pytest.raises(ValueError, match="second"), span:
        raise ValueError("second")
    assert tracer.flush(20)
    errors = {span["name"]: span["tags"]["error"] for span in collector.spans()}
    assert errors == {"a": "ValueError: wrong", "b": "KeyboardInterrupt", "c": "first"}


def test_an_exception_that_cannot_be_shown_is_named(tracer, collector):
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    span = tracer.start("a")
    span.error(Mute())
    span.finish()
    assert tracer.flush(20)
    assert collector.spans()[0]["tags"]["error"] == "Mute"


def test_entering_twice_is_refused(tracer):
    span = tracer.start("a")
    with span, pytest.raises(RuntimeError, match="in use"):
        span.__enter__()
    assert clew.current() is None


def test_leaving_in_another_context_than_entered_touches_neither(tracer):
    import contextvars

    span = tracer.start("a")
    inside = contextvars.copy_context()
    inside.run(span.__enter__)
    span.__exit__(None, None, None)
    assert clew.current() is None
    assert inside.run(clew.current) is span


def test_an_explicit_parent_goes_before_the_current_span(tracer):
    first = tracer.start("first")
    with tracer.start("second"):
        assert tracer.start("child", "local", first).parent_id == first.span_id


def test_a_finished_span_is_still_a_parent_and_still_carried(tracer):
    parent = tracer.start("parent")
    parent.finish()
    assert tracer.start("child", "local", parent).trace_id == parent.trace_id
    headers = dict(parent.inject())
    assert {name.lower(): value for name, value in headers.items()} == {
        "x-b3-traceid": parent.trace_id,
        "x-b3-spanid": parent.span_id,
        "x-b3-sampled": "1",
    }


def test_finishing_twice_is_finishing_once(tracer, collector):
    span = tracer.start("a")
    span.finish()
    span.finish()
    span.tag("late", "tag")
    span.annotate("late")
    span.error("late")
    span.set_name("late")
    span.remote("1.2.3.4", 5)
    span.local("1.2.3.4", 5)
    span.abandon()
    assert tracer.flush(20)
    (sent,) = collector.spans()
    assert sent["name"] == "a"
    assert (sent["tags"], sent["annotations"]) == ({}, [])


def test_an_abandoned_span_is_not_sent(tracer, collector):
    span = tracer.start("a")
    span.abandon()
    span.finish()
    assert tracer.flush(20)
    assert collector.spans() == []
    assert tracer.stats()["finished"] == 0


def test_a_span_that_is_dropped_while_open_is_sent_and_says_so(tracer, collector):
    tracer.start("dropped")
    gc.collect()
    assert tracer.flush(20)
    (sent,) = collector.spans()
    assert [annotation["value"] for annotation in sent["annotations"]] == ["clew.flush"]
    assert sent.get("duration") is None


def test_a_span_keeps_its_tracer(collector):
    span = clew.Tracer("tested", collector.endpoint).start("a")
    gc.collect()
    span.tag("still", "there")
    span.finish()
    del span  # the tracer goes with its last span, and sends what it has
    assert [sent["name"] for sent in collector.spans()] == ["a"]


def test_a_closed_tracer_starts_nothing_and_sends_what_is_open(collector):
    tracer = clew.Tracer("tested", collector.endpoint)
    span = tracer.start("open")
    assert tracer.close(20)
    with pytest.raises(RuntimeError, match="closed"):
        tracer.start("late")
    with pytest.raises(RuntimeError, match="closed"):
        tracer.receive("late", {})
    span.finish()
    assert tracer.flush(20)
    assert [sent["name"] for sent in collector.spans()] == ["open"]


@pytest.mark.parametrize(
    ("kind", "words", "arguments", "keywords"),
    [
        (ValueError, "service", ("",), {}),
        (TypeError, "must be a str", (b"a",), {}),
        (TypeError, "service_name", (), {}),
        (ValueError, "endpoint", ("a", "gopher://a"), {}),
        (ValueError, "endpoint", ("a", "scribe://a:99999"), {}),
        (ValueError, "no text can carry", ("a", "scribe://a\0b"), {}),
        (ValueError, "sample_rate", ("a",), {"sample_rate": 1.5}),
        (ValueError, "sample_rate", ("a",), {"sample_rate": float("nan")}),
        (TypeError, "sample_rate must be a number", ("a",), {"sample_rate": "1"}),
        (ValueError, "propagation", ("a",), {"propagation": "w3c?"}),
        (ValueError, "local_ip", ("a",), {"local_ip": "300.1.1.1"}),
        (ValueError, "local_port", ("a",), {"local_port": 65536}),
        (ValueError, "local_port", ("a",), {"local_port": -1}),
        (ValueError, "trace_id_bits", ("a",), {"trace_id_bits": 100}),
        (ValueError, "flush_interval_ms", ("a",), {"flush_interval_ms": 2**32}),
        (ValueError, "trace_id_bits must be 64 or 128, not 0", ("a",), {"trace_id_bits": 0}),
        (
            ValueError,
            "flush_interval_ms must be 1 to 60000, not 0",
            ("a",),
            {"flush_interval_ms": 0},
        ),
        (
            ValueError,
            "close_timeout_ms must be 1 to 600000, not 0",
            ("a",),
            {"close_timeout_ms": 0},
        ),
        (ValueError, "ring_bytes must be 4096 to 1073741824, not 0", ("a",), {"ring_bytes": 0}),
        (
            ValueError,
            "queue_bytes_max must be 65536 to 1099511627776, not 0",
            ("a",),
            {"queue_bytes_max": 0},
        ),
        (ValueError, "ring_bytes must be", ("a",), {"ring_bytes": 2**64}),
        (TypeError, "ring_bytes must be", ("a",), {"ring_bytes": "many"}),
        (TypeError, "colour", ("a",), {"colour": "red"}),
    ],
)
def test_a_wrong_option_is_one_clear_sentence(kind, words, arguments, keywords):
    with pytest.raises(kind, match=words):
        clew.Tracer(*arguments, **{"ignore_environment": True, **keywords})


def test_wrong_calls_are_refused():
    tracer = clew.Tracer("tested", NOWHERE, sample_rate=0)
    span = tracer.start("a")
    for call in (
        lambda: span.tag("a"),
        lambda: span.tag("a", "b", "c"),
        lambda: span.annotate(),
        lambda: span.annotate("a", "now"),
        lambda: span.annotate("a", 1, 2),
        lambda: span.remote("a"),
        lambda: span.remote("a", "b"),
        lambda: span.local("a"),
        lambda: tracer.start(),
        lambda: tracer.start("a", "local", None, None),
        lambda: tracer.start("a", "local", "parent"),
        lambda: tracer.receive("a"),
        lambda: tracer.receive("a", []),
        lambda: tracer.receive_http("GET", "/", {}),
        lambda: tracer.receive_http(None, "/", {}, ""),
        lambda: tracer.receive_http("GET", b"/", {}, ""),
        lambda: tracer.receive_http("GET", "/", [], ""),
        lambda: tracer.flush("a"),
        lambda: tracer.flush(1, 2),
        lambda: clew.Span(),
    ):
        with pytest.raises(TypeError):
            call()
    for call in (
        lambda: span.remote("1.2.3.4", 65536),
        lambda: span.local("1.2.3.4", -1),
        lambda: tracer.start("a", "sideways"),
        lambda: tracer.start("a", 1),
        lambda: tracer.flush(-1),
        lambda: tracer.flush(float("nan")),
        lambda: tracer.flush(3601),
    ):
        with pytest.raises(ValueError, match="must"):
            call()
    with pytest.raises(OverflowError):
        span.annotate("a", 2**63)


ADDRESS = {"SERVER_NAME": "192.0.2.2", "SERVER_PORT": "8080"}


def test_a_request_is_named_and_tagged(tracer, collector):
    tracer.receive_http("PUT", "/a?b", ADDRESS, ("192.0.2.1", 1)).finish()
    tracer.receive_http("M" * 1000, "", {}, "").finish()
    assert tracer.flush(20)
    put, long = sorted(collector.spans(), key=lambda span: -len(span["tags"]["http.path"]))
    assert put["name"] == "put"
    assert put["tags"] == {"http.method": "PUT", "http.path": "/a"}
    assert put["localEndpoint"] == {"serviceName": "tested", "ipv4": "192.0.2.2", "port": 8080}
    assert put["remoteEndpoint"] == {"ipv4": "192.0.2.1", "port": 1}
    assert long["name"] == "m" * 32
    assert long["localEndpoint"] == {"serviceName": "tested"}


@pytest.mark.parametrize("port", ["80a", "-1", "65536", "9" * 40, 80, None, "\ud800"])
def test_a_port_that_is_none_is_refused_and_leaves_no_span(tracer, port):
    with pytest.raises((ValueError, UnicodeEncodeError)):
        tracer.receive_http("GET", "/", {**ADDRESS, "SERVER_PORT": port}, "")
    assert tracer.stats()["finished"] == 0


def test_texts_of_all_kinds_arrive_as_text(tracer, collector):
    texts = {
        "ascii": "a",
        "latin": "é",
        "wide": "日本語 🙂",
        "surrogate": "a\udcffb",
        "nul": "a\0b",
        "empty": "",
        "bytes": b"bytes",
        "no utf-8": b"\xff\xfe",
        "number": 42,
        "float": 1.5,
        "none": None,
        "list": [1, 2],
    }
    span = tracer.start("texts")
    for key, value in texts.items():
        span.tag(key, value)
    span.finish()
    assert tracer.flush(20)
    tags = collector.spans()[0]["tags"]
    assert tags.keys() == texts.keys()
    for key in ("ascii", "latin", "wide", "empty", "number", "float", "none", "list"):
        assert tags[key] == str(texts[key])
    assert tags["bytes"] == "bytes"
    assert tags["surrogate"] == "a?b"
    assert "a" in tags["nul"]
    assert "b" in tags["nul"]
    assert "\ufffd" in tags["no utf-8"]


def test_what_is_too_long_is_cut(tracer, collector):
    span = tracer.start("n" * 10_000)
    span.tag("v", "é" * 100_000)
    span.tag("k" * 10_000, "value")
    span.annotate("a" * 100_000)
    span.finish()
    assert tracer.flush(20)
    (sent,) = collector.spans()
    assert len(sent["name"]) <= 256
    assert len(sent["tags"]["v"].encode()) <= 64 * 1024
    assert max(len(key) for key in sent["tags"]) <= 256
    assert sent["tags"]["v"].startswith("ééé")


def test_many_tags_are_bounded(tracer, collector):
    span = tracer.start("many")
    for number in range(10_000):
        span.tag(f"key {number}", "value")
        span.annotate(f"line {number}")
    span.finish()
    assert tracer.flush(20)
    (sent,) = collector.spans()
    assert 100 <= len(sent["tags"]) <= 300
    assert 100 <= len(sent["annotations"]) <= 300


def test_the_numbers_add_up(collector):
    tracer = clew.Tracer("tested", collector.endpoint, ignore_environment=True)
    for _ in range(2000):
        tracer.start("counted").finish()
    tracer.flush(20)
    stats = tracer.stats()
    assert stats["finished"] == 2000
    assert stats["sent"] + sum(stats["dropped"].values()) == 2000
    assert stats["sent"] == len(collector.spans())
    assert "ring_full" in stats["dropped"]
    assert stats["messages_failed"] == 0
    assert stats["last_error"] == ""


def test_threads_record_at_the_same_time(tracer, collector):
    def work(number):
        for _ in range(200):
            with tracer.start(f"thread {number}") as span:
                span.tag("key", "value")
                assert clew.current() is span

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tracer.flush(20)
    stats = tracer.stats()
    assert stats["finished"] == 1600
    assert stats["sent"] + sum(stats["dropped"].values()) == 1600


def test_nothing_leaks():
    tracer = clew.Tracer("tested", NOWHERE, sample_rate=0)
    sampled = clew.Tracer("tested", NOWHERE)
    environ = {"HTTP_B3": "463ac35c9f6413ad-463ac35c9f6413ad-1", "HTTP_X_B3_SAMPLED": "é"}

    def round_of_calls():
        for one in (tracer, sampled):
            for _ in range(50):
                with one.start("a", "client") as span:
                    span.tag("é" * 10, object())
                    span.annotate("\ud800")
                    span.local("127.0.0.1", 1)
                    span.inject()
                    one.receive("get", environ).abandon()
                    one.start("child").abandon()
                assert span.trace_id
                assert span.parent_id is None
        tracer.stats()

    round_of_calls()
    sampled.flush(1)  # the log line about NOWHERE, which pytest keeps, comes before the counting
    counts = sys.getrefcount(None), sys.getrefcount(clew.Span), sys.getrefcount(tracer)
    tracemalloc.start()
    round_of_calls()
    before = tracemalloc.take_snapshot()
    for _ in range(20):
        round_of_calls()
    gc.collect()
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    grown = sum(entry.size_diff for entry in after.compare_to(before, "filename"))
    assert grown < 20_000, after.compare_to(before, "lineno")[:10]
    now = sys.getrefcount(None), sys.getrefcount(clew.Span), sys.getrefcount(tracer)
    assert [abs(a - b) < 50 for a, b in zip(counts, now)] == [True] * 3, (counts, now)


def test_the_native_thread_takes_no_signals_and_has_a_name():
    run_script("""
import os
import clew
tracer = clew.Tracer("tested", "scribe://127.0.0.1:1")
tracer.start("a").finish()
tracer.flush(0.2)
(thread,) = set(os.listdir("/proc/self/task")) - {str(os.getpid())}
status = dict(
    line.split(":", 1) for line in open(f"/proc/self/task/{thread}/status").read().splitlines()
)
assert status["Name"].strip() == "clew-report", status["Name"]
blocked = int(status["SigBlk"], 16)
for signal in (1, 2, 10, 12, 14, 15, 17):
    assert blocked >> (signal - 1) & 1, signal
for fault in (4, 7, 8, 11):  # for the program's own crash handler
    assert not blocked >> (fault - 1) & 1, fault
""")


def test_types_are_told():
    from pathlib import Path

    package = Path(clew.__file__).parent
    assert (package / "py.typed").is_file()
    stub = (package / "_native.pyi").read_text()
    for owner in (clew.Tracer, clew.Span):
        assert owner.__doc__
        for name, member in vars(owner).items():
            if not name.startswith("_"):
                assert f"def {name}(" in stub, name
                assert member.__doc__, name
