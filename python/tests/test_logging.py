# SPDX-License-Identifier: Apache-2.0
"""Log lines as annotations, and what an application says by the api. Method: the service logs and
annotates in all the ways that could go wrong.
"""

import logging

import pytest
from services import run_script

import clew
from clew import faults


def texts(span):
    """Sorted, because annotations of one microsecond come in no order."""
    return sorted(annotation["value"] for annotation in span["annotations"])


def test_log_lines_are_annotations_as_they_were_logged(service, path):
    service.get(f"/logs/{path}")
    span = service.collector.one("SERVER", f"/logs/{path}")
    assert texts(span) == ["%d is no number", "%s", "a warning", "an info line"]
    end = span["timestamp"] + span["duration"]
    for annotation in span["annotations"]:
        assert span["timestamp"] <= annotation["timestamp"] <= end


def test_what_an_application_says_is_on_its_span(service, path):
    service.get(f"/annotate/{path}")
    span = service.collector.one("SERVER", f"/annotate/{path}")
    assert texts(span) == ["in bytes", "it happened", "lone ? surrogate", "with endpoint"]
    assert span["tags"]["color"] == "grün"
    assert span["tags"]["count"] == "3"
    assert span["tags"]["odd"] == "<Unprintable that cannot be shown>"


def test_log_lines_are_left_out_unless_asked_for(start_service, scribe):
    service = start_service(port=scribe.port)
    service.get("/logs")
    assert texts(scribe.one("SERVER", "/logs")) == []


def test_the_api_does_nothing_outside_of_a_trace():
    run_script("""
from clew.eventlet import api, patcher

class Unprintable:
    def __str__(self):
        raise RuntimeError

for _ in range(2):
    api.put_annotation("nowhere")
    api.put_annotation(b"nowhere", endpoint=object())
    api.put_key_value("key", Unprintable())
    api.put_key_value(None, None, endpoint="x")
    patcher.enable_trace_patch(service_name="a", port=1)
assert patcher.active_tracer().stats()["finished"] == 0
""")


def test_the_api_does_nothing_in_a_trace_that_is_not_sampled(start_service, scribe):
    service = start_service(port=scribe.port, trace_app_log=True)
    for path in ("/annotate", "/logs"):
        assert service.get(path, {"X-B3-Sampled": "0"}) == (200, b"hello")
    assert service.ask("/state", {"X-B3-Sampled": "0"})["stats"]["finished"] == 0


def test_log_lines_of_a_formatting_that_logs_are_told_once_each():
    run_script("""
import logging
from clew.eventlet import patcher

logging.basicConfig(level=logging.INFO, stream=open("/dev/null", "w"))

class Talkative:
    shown = 0
    def __str__(self):
        Talkative.shown += 1
        logging.info("being shown")
        return "me"

patcher.enable_trace_patch(service_name="a", port=1, trace_app_log=True)
with patcher.active_tracer().start("a"):
    logging.info("%s", Talkative())
assert Talkative.shown == 1, Talkative.shown
""")


def test_logging_stays_as_it_was_configured():
    """A handler of ours would switch off basicConfig() and the last resort."""
    run_script("""
import logging
from clew.eventlet import patcher

before = list(logging.root.handlers)
patcher.enable_trace_patch(service_name="a", port=1, trace_app_log=True)
assert logging.root.handlers == before == []
logging.basicConfig()
assert len(logging.root.handlers) == 1
""")


def test_every_record_has_the_ids_of_its_trace(traced, caplog):
    logging.getLogger("a").warning("outside")
    with clew.span("b") as span:
        logging.getLogger("a").warning("inside %s", 1)
    outside, inside = caplog.records
    assert (outside.trace_id, outside.span_id) == ("", "")
    assert (inside.trace_id, inside.span_id) == (span.trace_id, span.span_id)
    assert logging.Formatter("%(trace_id)s %(message)s").format(inside) == (
        f"{span.trace_id} inside 1"
    )


def test_an_application_may_say_the_ids_of_a_record_itself(traced, caplog):
    with clew.span("b") as span:
        logging.getLogger("a").warning("mine", extra={"trace_id": "own"})
    (record,) = caplog.records
    assert (record.trace_id, record.span_id) == ("own", span.span_id)


def test_a_factory_of_the_application_is_left_alone():
    run_script("""
import logging
import clew

class Record(logging.LogRecord):
    pass

class Kept(logging.Handler):
    def emit(self, record):
        kept.append(record)

kept = []
logging.getLogger("a").addHandler(Kept())
logging.setLogRecordFactory(Record)
clew.enable(service_name="a", endpoint="http://127.0.0.1:1")
assert logging.getLogRecordFactory() is Record
for factory in (Record, lambda *args, **keywords: logging.LogRecord(*args, **keywords)):
    logging.setLogRecordFactory(factory)
    with clew.span("a") as span:
        logging.getLogger("a").warning("text")
    assert kept[-1].trace_id == span.trace_id
assert type(kept[0]) is Record
clew.disable()
assert logging.getLogRecordFactory() is factory
logging.getLogger("a").warning("text")
assert not hasattr(kept[-1], "trace_id")
""")


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (True, ["debug", "error", "info", "warning"]),
        ("WARNING", ["error", "warning"]),
        (40, ["error"]),
        (False, []),
    ],
)
def test_lines_below_a_level_are_no_annotations(http_collector, asked, lines):
    clew.enable(service_name="a", endpoint=http_collector.endpoint, log_annotations=asked)
    log = logging.getLogger("leveled")
    log.setLevel(logging.DEBUG)
    with clew.span("a"):
        for level in ("debug", "info", "warning", "error"):
            getattr(log, level)(level)
    assert clew.flush(20)
    clew.disable()
    assert texts(http_collector.spans()[0]) == lines


def test_an_argument_that_logs_while_it_is_shown_does_so_once(http_collector):
    class Talking:
        def __str__(self):
            logging.getLogger("quiet").info("shown: %s", self)
            return "talking"

    log = logging.getLogger("quiet")
    log.setLevel(logging.INFO)
    log.propagate = False  # no handler formats it, so that clew is the first who does
    log.addHandler(logging.NullHandler())
    before = faults.counts()
    clew.enable(service_name="a", endpoint=http_collector.endpoint, log_annotations=True)
    with clew.span("a"):
        log.info("it is %s", Talking())
    assert clew.flush(20)
    clew.disable()
    assert texts(http_collector.spans()[0]) == ["it is talking"]
    assert faults.counts() == before
