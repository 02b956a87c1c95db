# SPDX-License-Identifier: Apache-2.0
"""The current span follows what a request starts. Method: the service starts two children in each
of eventlet's ways, which add to the request's span and make calls of their own.
"""

import urllib.parse

import pytest
from services import run_script

WAYS = [
    "spawn",
    "spawn_after",
    "spawn_n",
    "GreenPool.spawn",
    "GreenPool.spawn_n",
    "GreenPool.imap",
    "GreenPile",
    "threading.Thread",
    "tpool",
]


@pytest.mark.parametrize("way", WAYS)
def test_children_belong_to_the_request(service, echo, path, way):
    query = urllib.parse.urlencode({"how": way, "mark": path, "url": f"http://{echo.address}"})
    service.get(f"/spawned/{path}?{query}")
    server = service.collector.one("SERVER", f"/spawned/{path}")
    texts = sorted(annotation["value"] for annotation in server["annotations"])
    assert texts == [f"child 0 of {path}", f"child 1 of {path}"]
    for number in (0, 1):
        client = service.collector.one("CLIENT", f"/{path}/{number}")
        assert client["traceId"] == server["traceId"]
        assert client["parentId"] == server["id"]


def test_what_outlives_its_request_goes_on_with_its_trace(service, echo, path):
    query = urllib.parse.urlencode({"url": f"http://{echo.address}/{path}"})
    service.get(f"/outlive/{path}?{query}")
    server = service.collector.one("SERVER", f"/outlive/{path}")
    client = service.collector.one("CLIENT", f"/{path}")
    assert client["traceId"] == server["traceId"]
    assert client["parentId"] == server["id"]
    assert client["timestamp"] > server["timestamp"] + server["duration"]


def test_a_child_starts_with_the_span_and_nothing_else_of_its_parents_context():
    run_script("""
import contextvars
import eventlet
import clew
from clew.eventlet import patcher

mine = contextvars.ContextVar("mine", default="unset")
patcher.enable_trace_patch(service_name="a", port=1)
found = []
with patcher.active_tracer().start("a") as span:
    mine.set("parent's")
    eventlet.spawn(lambda: found.append((clew.current(), mine.get()))).wait()
assert found == [(span, "unset")], found
assert clew.current() is None
span.abandon()
""")


def test_siblings_do_not_see_each_other():
    run_script("""
import eventlet
import clew
from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="a", port=1)
tracer = patcher.active_tracer()

def child(number):
    before = clew.current()
    with tracer.start(f"child {number}") as span:
        for _ in range(5):
            eventlet.sleep(0)
            assert clew.current() is span
    assert clew.current() is before
    return span.parent_id

with tracer.start("parent") as parent:
    pool = eventlet.GreenPool(50)
    parents = list(pool.imap(child, range(50)))
    assert set(parents) == {parent.span_id}
    assert clew.current() is parent
""")


def test_greenthreads_that_were_imported_before_the_patch_follow_too():
    run_script("""
from eventlet import spawn, spawn_n, spawn_after, sleep
from eventlet.greenthread import spawn as other
import clew
from clew.eventlet import patcher

patcher.enable_trace_patch(service_name="a", port=1)
found = []
with patcher.active_tracer().start("a") as span:
    for way in (spawn, spawn_n, other):
        way(lambda: found.append(clew.current()))
    spawn_after(0, lambda: found.append(clew.current()))
    while len(found) < 4:
        sleep(0)
assert found == [span] * 4, found
""")


def test_a_missing_private_name_is_told_and_survived():
    run_script("""
import warnings
import eventlet
from eventlet import greenthread
from clew.eventlet import patcher

del greenthread._spawn_n
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    patcher.enable_trace_patch(service_name="a", port=1)
assert ["_spawn_n" in str(one.message) for one in told] == [True], told
patcher.disable_trace_patch()
assert not hasattr(greenthread, "_spawn_n")
""")
