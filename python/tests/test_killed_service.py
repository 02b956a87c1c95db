# SPDX-License-Identifier: Apache-2.0
"""With CLEW_RING_DIR, what a service had finished when it was killed is sent by its next start."""

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest
import services

import clew

SERVICE = Path(__file__).parent / "programs" / "wsgi_service.py"
LONG_MS = 60_000  # nothing is sent before the kill
REQUESTS = 25


@pytest.fixture
def rings():
    """A directory in memory, where finished spans outlive their process."""
    with tempfile.TemporaryDirectory(prefix="clew-test-", dir="/dev/shm") as path:
        yield path


def service(endpoint, rings, **more):
    options = {"monkey": True, "service_name": "killed", "endpoint": endpoint, **more}
    return services.running(SERVICE, json.dumps(options), environment={"CLEW_RING_DIR": rings})


def kill(running):
    os.kill(running.child.pid, signal.SIGKILL)
    running.child.wait(services.READY_SECONDS)


def server_spans(collector, paths):
    """Of each path, how many spans of a server have come."""
    spans = [span for span in collector.spans() if span.get("kind") == "SERVER"]
    return [sum(span["tags"].get("http.path") == path for span in spans) for path in paths]


def test_spans_of_a_killed_service_are_sent_once_by_its_next_start(http_collector, rings):
    paths = [f"/plain/{number}" for number in range(REQUESTS)]
    with service(http_collector.endpoint, rings, flush_interval_ms=LONG_MS) as first:
        for path in paths:
            assert first.get(path)[0] == 200
        services.wait_until(lambda: first.ask("/state")["stats"]["finished"] >= REQUESTS)
        kill(first)
    assert http_collector.spans() == []
    assert len(os.listdir(rings)) == 1

    with service(http_collector.endpoint, rings) as second:
        stats = services.wait_until(lambda: recovered(second))
    assert stats["recovered"] >= REQUESTS
    assert stats["recovery_damaged"] == stats["rings_unfiled"] == 0
    http_collector.wait_for(lambda _: server_spans(http_collector, paths) == [1] * REQUESTS)

    with service(http_collector.endpoint, rings) as third:
        services.wait_until(lambda: third.ask("/state")["stats"]["sent"])
    # What the second had finished and not sent when it was stopped may have come; of the first's
    # nothing comes again.
    assert server_spans(http_collector, paths) == [1] * REQUESTS


def recovered(running):
    """The numbers of a service, once it has sent something that it did not finish itself."""
    stats = running.ask("/state")["stats"]
    return stats["recovered"] and stats["sent"] >= stats["recovered"] and stats


def test_a_process_killed_after_fork_leaves_its_own_spans_only(http_collector, rings):
    text = """
import os, signal, sys
import clew
tracer = clew.Tracer(
    "forked", sys.argv[1], ring_dir=sys.argv[2], flush_interval_ms=60000, ignore_environment=True
)
tracer.start("parent").finish()
child = os.fork()
if child == 0:
    tracer.start("child").finish()
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
tracer.start("after").finish()
print(tracer.flush(20), tracer.stats()["finished"], tracer.stats()["recovered"])
next_start = clew.Tracer("forked", sys.argv[1], ring_dir=sys.argv[2], ignore_environment=True)
next_start.start("next").finish()
print(next_start.flush(20), next_start.stats()["finished"], next_start.stats()["recovered"])
next_start.close(20)
"""
    said = services.run_script(text, http_collector.endpoint, rings)
    # A tracer looks for what was left when it drains for the first time: the parent's before it
    # forked, when its thread came to rest.
    assert said.split() == ["True", "2", "0", "True", "1", "1"]
    names = sorted(span["name"] for span in http_collector.spans())
    assert names == ["after", "child", "next", "parent"]
    assert os.listdir(rings) == []


def test_a_tracer_that_ends_leaves_no_file(http_collector, rings):
    tracer = clew.Tracer("ends", http_collector.endpoint, ring_dir=rings)
    tracer.start("work").finish()
    assert len(os.listdir(rings)) == 1
    assert tracer.close(20)
    del tracer
    assert os.listdir(rings) == []


def test_programs_that_end_leave_no_more_than_the_file_of_the_last(http_collector, rings):
    text = """
import sys
import clew
clew.enable(service_name="ends", endpoint=sys.argv[1], ring_dir=sys.argv[2])
with clew.span("work"):
    pass
"""
    for _ in range(3):
        services.run_script(text, http_collector.endpoint, rings)
    assert len(os.listdir(rings)) <= 1
    assert [span["name"] for span in http_collector.spans()] == ["work"] * 3


def test_a_directory_that_cannot_be_used_is_an_error_that_says_why(rings):
    missing = os.path.join(rings, "missing")
    with pytest.raises(ValueError, match="ring_dir is '.*missing'.*No such file or directory"):
        clew.Tracer("wrong", ring_dir=missing)
    with pytest.raises(ValueError, match="ring_dir"):
        clew.enable(service_name="wrong", ring_dir=missing)
