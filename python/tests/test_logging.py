# SPDX-License-Identifier: Apache-2.0
"""Log lines as annotations, and what an application says by the api. Method: the service logs and
annotates in all the ways that could go wrong.
"""

from services import run_script


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
