# SPDX-License-Identifier: Apache-2.0
"""Modules that run more than once: eventlet.import_patched(), eventlet.patcher.original() and
importlib.reload() make classes anew, and what is built on them is traced as on the first ones.
Method: programs of their own, since such copies stay for the rest of a process.
"""

import pytest
from services import run_script

BEGIN = """
import importlib, sys
import clew
from clew import faults

def enable():
    return clew.enable(endpoint="scribe://127.0.0.1:1", service_name="copies")

def call(module, path):
    class Derived(module.HTTPConnection):
        pass
    for kind in (module.HTTPConnection, Derived):
        connection = kind(sys.argv[1], timeout=20)
        connection.request("GET", path)
        assert connection.getresponse().read() == b"ok"
        connection.close()

def is_hooked(function):
    return function.__module__.startswith("clew.") or hasattr(function, "__wrapped__")
"""
END = """
assert faults.counts() == {}, faults.counts()
"""
WAYS = {
    "import_patched": """
import eventlet
copy = eventlet.import_patched("http.client")
""",
    "original": """
import eventlet.patcher
copy = eventlet.patcher.original("http.client")
""",
    "reload": """
import http.client
copy = importlib.reload(http.client)
""",
    "import once more": """
import http.client
del sys.modules["http.client"]
import http.client as copy
""",
}


def spans_sent_by(echo, path, text):
    run_script(BEGIN + text + END, echo.address, path)
    return [headers for _, target, headers in echo.requests if target == path]


def carries(headers):
    return sum(name.lower() == "x-b3-spanid" for name, _ in headers) == 1


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_that_is_made_while_tracing_is_on(echo, path, way):
    text = f"""
tracer = enable()
{WAYS[way]}
call(copy, "/{path}")
assert tracer.stats()["finished"] == 2, tracer.stats()
clew.disable()
assert not is_hooked(copy.HTTPConnection.getresponse)
call(copy, "/{path}/off")
"""
    sent = spans_sent_by(echo, f"/{path}", text)
    assert [carries(headers) for headers in sent] == [True, True]
    off = [headers for _, target, headers in echo.requests if target == f"/{path}/off"]
    assert [carries(headers) for headers in off] == [False, False]


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_that_was_made_before(echo, path, way):
    text = f"""
import http.client as first
connections = [first.HTTPConnection]
{WAYS[way]}
class Old:  # the classes of before a reload, where something is derived from them
    HTTPConnection = connections[0]
tracer = enable()
call(copy, "/{path}")
call(Old, "/{path}")
assert tracer.stats()["finished"] == 4, tracer.stats()
clew.disable()
for kind in (copy.HTTPConnection, connections[0]):
    assert not is_hooked(kind.getresponse)
    assert not is_hooked(kind.endheaders)
"""
    sent = spans_sent_by(echo, f"/{path}", text)
    assert [carries(headers) for headers in sent] == [True] * 4


def test_the_first_one_is_traced_though_a_copy_came_before_it(echo, path):
    text = f"""
tracer = enable()
assert "http.client" not in sys.modules
import eventlet.patcher
sys.modules.pop("http.client", None)
copy = eventlet.patcher.original("http.client")
import http.client
assert http.client is not copy
call(http.client, "/{path}")
call(copy, "/{path}")
assert tracer.stats()["finished"] == 4, tracer.stats()
"""
    assert len(spans_sent_by(echo, f"/{path}", text)) == 4


@pytest.mark.parametrize("again", ["importlib.reload(module)", "eventlet.import_patched(name)"])
def test_a_class_that_two_modules_show_is_hooked_once(again):
    """A package that runs again shows the classes of its modules again."""
    run_script(
        BEGIN
        + f"""
import eventlet
enable()
for name in ("httpx", "aiohttp", "concurrent.futures.thread", "threading"):
    module = importlib.import_module(name)
    {again}
seen = set()
for one in clew.session.active().patches._replaced:
    assert (id(one.owner), one.name, one.hook) not in seen, one
    seen.add((id(one.owner), one.name, one.hook))
"""
        + END
    )


def test_a_call_through_a_copy_of_httpx_is_one_span(echo, path):
    text = f"""
import eventlet
tracer = enable()
import httpx
copy = eventlet.import_patched("httpx")
again = importlib.reload(httpx)
for module in (httpx, copy, again):
    assert module.get("http://" + sys.argv[1] + "/{path}").status_code == 200
assert tracer.stats()["finished"] == 3, tracer.stats()
"""
    sent = spans_sent_by(echo, f"/{path}", text)
    assert [carries(headers) for headers in sent] == [True] * 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_log_records_of_a_copy_of_logging_have_ids(when):
    run_script(
        BEGIN
        + f"""
import eventlet
if {when!r} == "after":
    enable()
logging = eventlet.import_patched("logging")
if {when!r} == "before":
    enable()
records = []
class Handler(logging.Handler):
    def emit(self, record):
        records.append(record)
log = logging.getLogger("copy")
log.addHandler(Handler())
with clew.span("work") as span:
    log.warning("said")
assert [record.trace_id for record in records] == [span.trace_id]
"""
        + END
    )


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("way", ["original", "import_patched"])
def test_threads_of_a_copy_of_threading_have_their_starters_span(when, way):
    run_script(
        BEGIN
        + f"""
import eventlet, eventlet.patcher
if {when!r} == "after":
    enable()
threading = eventlet.patcher.{way}("threading")
if {when!r} == "before":
    enable()
found = []
with clew.span("work") as span:
    thread = threading.Thread(target=lambda: found.append(clew.current()))
    thread.start()
    while not found:
        eventlet.sleep(0)
assert found == [span]
"""
        + END
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_pool_of_a_copy_of_concurrent_futures_has_its_submitters_span(when):
    run_script(
        BEGIN
        + f"""
import concurrent.futures.thread as futures
old = futures.ThreadPoolExecutor
if {when!r} == "after":
    enable()
importlib.reload(futures)
if {when!r} == "before":
    enable()
assert futures.ThreadPoolExecutor is not old
for kind in (old, futures.ThreadPoolExecutor):
    with kind(1) as pool:
        with clew.span("one") as one:
            assert pool.submit(clew.current).result() is one
        with clew.span("two") as two:
            assert pool.submit(clew.current).result() is two
        assert pool.submit(clew.current).result() is None
"""
        + END
    )


def test_the_threads_of_tpool_keep_no_request(echo):
    """Its threads are of a copy of threading, and begin in the middle of some request."""
    run_script(
        BEGIN
        + """
import eventlet
enable()
from eventlet import tpool
with clew.span("request") as span:
    assert tpool.execute(clew.current) is span
assert clew.current() is None
for _ in range(100):
    assert tpool.execute(clew.current) is None
"""
        + END
    )


def test_all_is_as_before_after_tracing():
    run_script(
        BEGIN
        + """
import eventlet, eventlet.green.http.client, http.client, logging, threading
copies = [eventlet.import_patched(name) for name in ("http.client", "logging", "threading")]
def state():
    classes = [
        kind
        for module in (http.client, eventlet.green.http.client, logging, threading, *copies)
        for kind in vars(module).values()
        if isinstance(kind, type)
    ]
    return [(kind, name, value) for kind in classes for name, value in vars(kind).items()]
before = state()
enable()
assert state() != before
clew.disable()
assert state() == before
"""
        + END
    )
