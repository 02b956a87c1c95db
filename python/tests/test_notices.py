# SPDX-License-Identifier: Apache-2.0
"""What the log is told about sending: once that it fails, once that it works again, with what was
lost, and no more often than once a minute. Method: a tracer whose numbers the test sets, then real
tracers and collectors.
"""

import logging
import os
import re

import pytest
import services

import clew
from clew import environment, faults, notice_words, notices

REFUSED = "connecting to 127.0.0.1:9411: connect: Connection refused"
REASONS = (
    "ring_full queue_full too_large refused unanswered at_close threads no_memory in_signal "
    "open_spans"
).split()


class Numbers:
    """Stands in for a tracer: its endpoint, and stats() as the test sets them."""

    endpoint = "http://127.0.0.1:9411/api/v2/spans"

    def __init__(self):
        self._told = None
        self.now = dict.fromkeys(
            "finished sent messages_sent messages_failed failures_in_row recovered "
            "recovery_damaged rings_unfiled compression_refused headers_malformed".split(),
            0,
        )
        self.now |= {"dropped": dict.fromkeys(REASONS, 0), "breaker": "closed", "last_error": ""}

    def stats(self):
        return self.now

    def fails(self, breaker="closed", **dropped):
        self.now["messages_failed"] += 1
        self.now["failures_in_row"] += 1
        self.now["last_error"] = REFUSED
        self.now["breaker"] = breaker
        for reason, count in dropped.items():
            self.now["dropped"][reason] += count
        return self

    def sends(self):
        self.now["messages_sent"] += 1
        self.now["failures_in_row"] = 0
        self.now["breaker"] = "closed"
        return self


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still; nothing has been told yet."""
    now = [1000.0]
    monkeypatch.setattr(notices.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(notices, "_told_at", float("-inf"))
    return now


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "clew")
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_collector_that_never_answered_is_told_at_its_first_failure(clock, lines):
    tracer = Numbers()
    for _ in range(3):
        notices.tell(tracer.fails())
        clock[0] += 100
    (line,) = lines()
    assert line == (
        f"clew cannot send spans to {tracer.endpoint}: {REFUSED}. Does a collector run there? "
        "CLEW_ENDPOINT, or the argument endpoint, says where to send"
    )


def test_a_failure_that_cost_nothing_is_not_told(clock, lines):
    tracer = Numbers()
    notices.tell(tracer.sends())
    notices.tell(tracer.fails())
    notices.tell(tracer.sends())
    assert lines() == []


def test_a_collector_that_goes_away_is_told_when_it_is_left_alone_and_when_it_is_back(clock, lines):
    tracer = Numbers()
    notices.tell(tracer.sends())
    for _ in range(4):
        notices.tell(tracer.fails())
    notices.tell(tracer.fails("open", queue_full=7))
    clock[0] += 35
    notices.tell(tracer.fails("half_open", queue_full=5))
    notices.tell(tracer.sends())
    away, back = lines()
    assert away.startswith("clew cannot send spans to ")
    assert back == (
        f"clew sends spans to {tracer.endpoint} again, after 35 s; 12 spans were lost meanwhile"
    )


def test_a_collector_that_comes_and_goes_is_told_once_a_minute(clock, lines):
    tracer = Numbers()
    for _ in range(30):  # five minutes
        for _ in range(5):
            notices.tell(tracer.fails("open", refused=1))
        notices.tell(tracer.sends())
        clock[0] += 10
    told = lines()
    assert 6 <= len(told) <= 12
    clock[0] += 60
    notices.tell(tracer.sends())
    lost = [int(n) for line in lines() for n in re.findall(r"(\d+) spans? (?:was|were) lost", line)]
    lost += [int(n) for line in lines() for n in re.findall(r"lost (\d+) span", line)]
    assert sum(lost) == 150, lines()


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_for_a_loss_has_its_words(clock, lines, reason):
    tracer = Numbers()
    notices.tell(tracer.sends())
    tracer.now["dropped"][reason] = 3
    notices.tell(tracer)
    notices.tell(tracer)
    (line,) = lines()
    words = notice_words.LOST[reason]
    assert line == f"clew lost 3 spans on the way to {tracer.endpoint}: 3 {words}"


def test_every_reason_that_a_tracer_counts_is_known_here():
    dropped = clew.Tracer("a", ignore_environment=True).stats()["dropped"]
    assert list(dropped) == REASONS


def test_the_end_tells_what_was_not_sent_unless_it_is_known(clock, lines):
    tracer = Numbers()
    tracer.fails().now["finished"] = 3
    notices.tell_end(tracer)
    assert lines() == [
        f"clew lost 3 spans on the way to {tracer.endpoint}: 3 had not been taken when tracing "
        f"ended. The last failure: {REFUSED}. Does a collector run there? CLEW_ENDPOINT, or the "
        "argument endpoint, says where to send"
    ]
    second = Numbers()
    clock[0] += 60
    notices.tell(second.fails())
    clock[0] += 5
    second.now["finished"] = 1
    notices.tell_end(second)
    assert len(lines()) == 2


def test_a_collector_that_does_not_answer_in_time_is_told_at_the_end(clock, lines):
    tracer = Numbers()
    tracer.now["finished"] = 1
    notices.tell_end(tracer)
    (line,) = lines()
    assert "clew lost 1 span on the way" in line
    assert "no answer so far" in line


def test_what_threatens_spans_or_was_done_for_them_is_told_once(clock, lines):
    tracer = Numbers()
    tracer.now |= {"rings_unfiled": 2, "recovery_damaged": 4, "compression_refused": 1}
    notices.tell(tracer)
    notices.tell(tracer)
    unfiled, damaged, gzip = lines()
    assert "of 2 threads" in unfiled
    assert "4 of the spans" in damaged
    assert "without gzip" in gzip


def test_a_log_line_is_one_line(clock, lines):
    tracer = Numbers()
    tracer.fails().now["last_error"] = "h:1 answered 404: <html>\r\n<b>no\x1b[31m</b>" + "x" * 999
    notices.tell(tracer)
    (line,) = lines()
    assert "h:1 answered 404: <html> <b>no [31m</b>xxx" in line
    assert "\n" not in line
    assert len(line) < 500
    assert "Is the path right? Zipkin takes spans at /api/v2/spans" in line


def test_an_unsent_span_of_a_child_is_not_its_parents(clock, lines):
    tracer = Numbers()
    tracer.now["finished"] = 5
    child = os.fork()
    if child == 0:
        notices.tell_end(tracer)
        os._exit(len(lines()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert lines() == []


class Handler(logging.Handler):
    def __init__(self, emit):
        super().__init__()
        self.emit = emit


@pytest.fixture
def handled():
    """Adds a handler to the log; a function of a record."""
    added = []

    def add(emit):
        added.append(Handler(emit))
        faults.LOGGER.addHandler(added[-1])

    yield add
    for handler in added:
        faults.LOGGER.removeHandler(handler)


def failed_once(port):
    """A tracer whose first attempt to send has failed, which nobody has been told yet."""
    tracer = clew.Tracer("a", f"http://127.0.0.1:{port}", flush_interval_ms=1, close_timeout_ms=1)
    tracer.start("a").finish()
    services.wait_until(lambda: tracer.stats()["messages_failed"])
    return tracer


def test_the_next_span_tells_and_a_handler_may_trace(unused_port, handled, monkeypatch):
    monkeypatch.setattr(notices, "_told_at", float("-inf"))
    told = []

    def emit(record):
        told.append(record.getMessage())
        tracer.start("from a handler").finish()
        tracer.flush(0)

    handled(emit)
    tracer = failed_once(unused_port)
    for _ in range(10):
        tracer.start("b").finish()
    assert len(told) == 1
    assert f"cannot send spans to http://127.0.0.1:{unused_port}/api/v2/spans: " in told[0]


def test_a_handler_that_fails_harms_nothing(unused_port, handled, monkeypatch):
    monkeypatch.setattr(notices, "_told_at", float("-inf"))
    clew.disable()

    def emit(record):
        raise OSError("disk full")

    handled(emit)
    tracer = failed_once(unused_port)
    before = faults.counts().get("a notice for the log", 0)
    monkeypatch.setattr(faults, "_told", set())  # another test may have had this fault
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    span = tracer.start("b")  # the handler fails for the notice, and for the fault's line
    assert span.is_open
    span.finish()
    assert faults.counts()["a notice for the log"] == before + 1
    assert [type(one.exc_value) for one in unraisable] == [OSError]


def test_what_a_handler_lets_out_for_the_application_reaches_it(unused_port, handled, monkeypatch):
    monkeypatch.setattr(notices, "_told_at", float("-inf"))

    class TimeUp(BaseException):
        pass

    def emit(record):
        raise TimeUp

    handled(emit)
    tracer = failed_once(unused_port)
    with pytest.raises(TimeUp):
        tracer.start("b")
    tracer.start("b").finish()


def test_a_real_collector_that_refuses_for_a_while_is_told(http_collector, monkeypatch, lines):
    monkeypatch.setattr(notices, "_told_at", float("-inf"))
    tracer = clew.Tracer("a", http_collector.endpoint, flush_interval_ms=5)

    def is_told(count):
        tracer.start("a").finish()
        tracer.flush(1)
        return len(lines()) == count

    assert not is_told(1)
    http_collector.status = 400
    services.wait_until(lambda: is_told(1))
    http_collector.status = 202
    services.wait_until(lambda: is_told(2))
    away, back = lines()
    assert away == (
        f"clew cannot send spans to {http_collector.endpoint}: 127.0.0.1:{http_collector.port} "
        "answered 400. Is it a Zipkin collector, and the path /api/v2/spans? CLEW_ENDPOINT, or the "
        "argument endpoint, says where to send"
    )
    count = tracer.stats()["dropped"]["refused"]
    assert count >= 5
    assert back.startswith(f"clew sends spans to {http_collector.endpoint} again, after ")
    assert back.endswith(f" s; {count} spans were lost meanwhile")


def test_misspelt_variables_are_named_once_with_the_nearest_that_is_known(monkeypatch, lines):
    monkeypatch.setattr(environment, "_told", set())
    for name in ("CLEW_SAMPLERATE", "CLEW_ENDPONT", "CLEW_COLOUR"):
        monkeypatch.setenv(name, "x")
    for _ in range(2):
        clew.enable(service_name="a", endpoint="http://127.0.0.1:1")
        clew.disable()
    assert lines() == [
        "clew ignores the environment variable CLEW_COLOUR: no setting has such a name",
        "clew ignores the environment variable CLEW_ENDPONT: did you mean CLEW_ENDPOINT?",
        "clew ignores the environment variable CLEW_SAMPLERATE: did you mean CLEW_SAMPLE_RATE?",
    ]


def test_variables_of_others_are_left_alone():
    kubernetes = [
        "CLEW_SERVICE_HOST",
        "CLEW_SERVICE_PORT",
        "CLEW_SERVICE_PORT_HTTP",
        "CLEW_PORT",
        "CLEW_PORT_9411_TCP",
        "CLEW_PORT_9411_TCP_ADDR",
        "CLEW_SERVER_SERVICE_HOST",
        "CLEW_SERVER_PORT_9410_TCP_PROTO",
    ]
    others = ["CLEW_SERVE_PORT", "CLEW_RUN", "OTEL_SERVICE_NAM", "PATH"]
    assert environment.misspelt([*kubernetes, *others, *environment.KNOWN]) == []
    assert environment.misspelt(["CLEW_SERVICE", "CLEW_SERVICENAME"])


def test_the_known_variables_are_those_of_the_reference():
    page = services.TESTS.parents[1] / "docs/reference/configuration.md"
    _, tracer = page.read_text(encoding="utf-8").split("## The tracer, in an application")
    columns = [line.split("|")[1] for line in tracer.splitlines() if line.startswith("| `")]
    named = {name for column in columns for name in re.findall(r"`(CLEW_[A-Z_]+)`", column)}
    assert named == set(environment.KNOWN)
