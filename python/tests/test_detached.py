# SPDX-License-Identifier: Apache-2.0
"""Work that outlives its request begins traces of its own: by clew.detached(), which says so, and
by the option detach_after_ms where nobody did. Method: a request that has ended leaves work behind
in everything that carries a context; 0 and "never" make both sides of the bound certain.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import multiprocessing.pool
import threading
import time

import eventlet
import pytest
import services
from eventlet import tpool

import clew


@pytest.fixture
def traced_with(http_collector):
    """Turns tracing on with options of the test's own."""
    before = clew.faults.counts()

    def enable(**options):
        clew.enable(
            service_name="tested",
            endpoint=http_collector.endpoint,
            flush_interval_ms=20,
            **options,
        )
        return http_collector

    yield enable
    clew.disable()
    assert clew.faults.counts() == before


def begin():
    """A piece of work without a span around it."""
    with clew.span("late") as late:
        return late, clew.current() is late


@contextlib.contextmanager
def request():
    with clew.span("request", kind="server") as span:
        yield span
    assert not span.is_open


# Each starts work within a request, and returns what it returned, done after the request has ended.


def thread(start=lambda target: threading.Thread(target=target)):
    ended, results = threading.Event(), []
    with request() as span:
        child = start(lambda: (ended.wait(), results.append(begin())))
        child.start()
    ended.set()
    child.join()
    return span, results[0]


def timer():
    return thread(lambda target: threading.Timer(0, target))


def executor():
    ended = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with request() as span:
            future = pool.submit(lambda: (ended.wait(), begin())[1])
        ended.set()
        return span, future.result()


def thread_pool():
    ended = threading.Event()
    with multiprocessing.pool.ThreadPool(1) as pool:
        with request() as span:
            later = pool.apply_async(lambda: (ended.wait(), begin())[1])
        ended.set()
        return span, later.get()


def task():
    async def main():
        ended = asyncio.Event()

        async def work():
            await ended.wait()
            return begin()

        with request() as span:
            child = asyncio.create_task(work())
        ended.set()
        return span, await child

    return asyncio.run(main())


def call_later():
    async def main():
        future = asyncio.get_running_loop().create_future()
        with request() as span:
            asyncio.get_running_loop().call_later(0, lambda: future.set_result(begin()))
        return span, await future

    return asyncio.run(main())


def run_in_executor():
    async def main():
        ended = threading.Event()
        with request() as span:
            loop = asyncio.get_running_loop()
            future = loop.run_in_executor(None, lambda: (ended.wait(), begin())[1])
        ended.set()
        return span, await future

    return asyncio.run(main())


def green(spawn):
    def way():
        results = []
        with request() as span:
            spawn(lambda: results.append(begin()))
        services.wait_until(lambda: eventlet.sleep(0) or results)
        return span, results[0]

    return way


def copied_context():
    import contextvars

    with request() as span:
        context = contextvars.copy_context()
    return span, context.run(begin)


WAYS = {
    "Thread": thread,
    "Timer": timer,
    "ThreadPoolExecutor": executor,
    "ThreadPool": thread_pool,
    "task": task,
    "call_later": call_later,
    "run_in_executor": run_in_executor,
    "copy_context": copied_context,
    "spawn": green(eventlet.spawn),
    "spawn_n": green(eventlet.spawn_n),
    "spawn_after": green(lambda work: eventlet.spawn_after(0, work)),
    "GreenPool": green(lambda work: eventlet.GreenPool().spawn(work)),
    "tpool in a greenthread": green(lambda work: eventlet.spawn(tpool.execute, work)),
}


@pytest.mark.parametrize("way", WAYS)
def test_work_that_begins_after_its_request_has_a_trace_of_its_own(traced_with, way):
    collector = traced_with(detach_after_ms=0)
    span, (late, was_current) = WAYS[way]()
    assert was_current
    assert late.trace_id != span.trace_id
    assert late.parent_id is None
    (sent,) = collector.trace(late.trace_id)
    if way != "tpool in a greenthread":  # whose thread is not told a span that is over
        assert sent["tags"] == {"clew.detached_from": span.trace_id}


@pytest.mark.parametrize("way", WAYS)
def test_work_within_the_bound_belongs_to_its_request(traced_with, way):
    traced_with(detach_after_ms="never")
    span, (late, _) = WAYS[way]()
    assert (late.trace_id, late.parent_id) == (span.trace_id, span.span_id)


def test_a_loop_leaves_its_request_once_the_bound_has_passed(traced_with):
    collector = traced_with(detach_after_ms=60)
    with request() as span, clew.span("below"):
        pass
    ended = time.monotonic()
    token = clew._native.current_span.set(span)
    services.wait_until(lambda: clew.current() is None)
    assert time.monotonic() - ended > 0.04
    traces = {begin()[0].trace_id for _ in range(3)}
    clew._native.current_span.reset(token)
    assert len(traces) == 3
    assert span.trace_id not in traces
    assert len(collector.trace(span.trace_id, count=2)) == 2


def test_nothing_of_a_request_that_is_over_is_left_to_see(traced_with, caplog):
    traced_with(detach_after_ms=0, propagation="b3,baggage")
    with request() as span:
        clew.baggage.put("tenant", "acme")
        assert clew.inject({})
    token = clew._native.current_span.set(span)
    assert clew.current() is None
    assert clew.inject({}) == {}
    assert clew.baggage.items() == {}
    with caplog.at_level(logging.INFO):
        logging.getLogger("loop").info("beat")
    assert [record.trace_id for record in caplog.records] == [""]
    assert span.inject()  # by who has it in hand
    clew._native.current_span.reset(token)


def test_what_is_below_an_open_span_stays_there(traced_with):
    traced_with(detach_after_ms=0)
    with request() as span:
        job = clew.span("job")
    with job, clew.span("step") as step:
        with clew.span("call") as call:
            pass
        assert (call.trace_id, call.parent_id) == (span.trace_id, step.span_id)
    token = clew._native.current_span.set(step)
    assert begin()[0].trace_id != span.trace_id
    clew._native.current_span.reset(token)


def test_a_span_ended_within_an_open_request_is_not_its_end(traced_with):
    traced_with(detach_after_ms=0)
    with request() as span:
        with clew.span("prefetch") as prefetch:
            child = threading.Thread(target=lambda: results.append(begin()[0]))
        results = []
        with clew.span("other"):
            pass
        token = clew._native.current_span.set(prefetch)
        child.start()
        child.join()
        clew._native.current_span.reset(token)
    assert (results[0].trace_id, results[0].parent_id) == (span.trace_id, prefetch.span_id)


def test_a_named_parent_is_the_parent_however_late(traced_with):
    traced_with(detach_after_ms=0)
    with request() as span:
        pass
    with clew.span("late", parent=span) as late:
        assert (late.trace_id, late.parent_id) == (span.trace_id, span.span_id)


def test_what_a_request_does_after_its_response_belongs_to_it(traced_with):
    """Background tasks of ASGI run within the call of the application."""
    collector = traced_with(detach_after_ms=0)

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        with clew.span("background"):
            left.append(asyncio.create_task(after()))
        with clew.span("background"):
            pass

    async def after():
        await over.wait()
        with clew.span("left behind"):
            pass

    async def nothing(*_):
        pass

    async def main():
        global over
        over = asyncio.Event()
        scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
        await asyncio.create_task(clew.asgi(application)(scope, nothing, nothing))
        over.set()
        await left[0]

    left = []
    asyncio.run(main())
    clew.flush(10)
    spans = collector.wait_for(lambda spans: len(spans) == 4 and spans)
    traces = {span["name"]: span["traceId"] for span in spans}
    assert traces["background"] == traces["get"] != traces["left behind"]


@pytest.mark.parametrize("is_recorded", [True, False])
def test_the_new_trace_is_sampled_anew(traced_with, is_recorded):
    traced_with(detach_after_ms=0, sampler=lambda name, _: is_recorded is (name == "request"))
    span, (late, _) = copied_context()
    assert (span.is_sampled, late.is_sampled) == (is_recorded, not is_recorded)
    assert span.trace_id != late.trace_id


def test_the_environment_says_how_long(traced_with, monkeypatch):
    monkeypatch.setenv("CLEW_DETACH_AFTER_MS", "0")
    traced_with()
    span, (late, _) = copied_context()
    assert span.trace_id != late.trace_id
    monkeypatch.setenv("CLEW_DETACH_AFTER_MS", "Never")
    traced_with()
    span, (late, _) = copied_context()
    assert span.trace_id == late.trace_id
    traced_with(detach_after_ms=0)  # the program's own word wins
    span, (late, _) = copied_context()
    assert span.trace_id != late.trace_id


@pytest.mark.parametrize(
    "value", ["soon", "", "-1", "1.5", -1, 86400001, 2**70, True, 0.5, b"1", "86400001"]
)
def test_other_bounds_are_refused(monkeypatch, value):
    with pytest.raises((TypeError, ValueError), match="detach_after_ms must be"):
        clew.enable(service_name="tested", detach_after_ms=value)
    assert clew.tracer() is None
    if isinstance(value, str) and value:
        monkeypatch.setenv("CLEW_DETACH_AFTER_MS", value)
        with pytest.raises(ValueError, match=r"(?i)detach_after_ms must be"):
            clew.enable(service_name="tested")


def test_a_block_can_be_detached(traced):
    with clew.span("outer") as outer:
        with clew.detached():
            assert clew.current() is None
            assert clew.inject({}) == {}
            with clew.span("own") as own:
                assert clew.current() is own
            with pytest.raises(KeyError), clew.detached():
                raise KeyError
        assert clew.current() is outer
    assert own.trace_id != outer.trace_id
    assert traced.trace(own.trace_id)[0]["tags"] == {}


STARTS = {
    "Thread": lambda: threading.Thread(target=lambda: RESULTS.append(clew.current())).start(),
    "spawn": lambda: eventlet.spawn(lambda: RESULTS.append(clew.current())),
    "spawn_n": lambda: eventlet.spawn_n(lambda: RESULTS.append(clew.current())),
    "spawn_after": lambda: eventlet.spawn_after(0, lambda: RESULTS.append(clew.current())),
}
RESULTS = []


@pytest.mark.parametrize("start", STARTS)
def test_what_is_started_in_a_detached_block_is_detached(traced, start):
    RESULTS.clear()
    with clew.span("outer"):
        with clew.detached():
            STARTS[start]()
        services.wait_until(lambda: eventlet.sleep(0) or RESULTS)
    assert RESULTS == [None]


def test_a_task_of_a_detached_block_is_detached(traced):
    async def main():
        with clew.span("outer") as outer:
            with clew.detached():
                child = asyncio.create_task(asyncio.sleep(0, clew.current))
            assert clew.current() is outer
            return child.get_context().run(clew.current) if hasattr(child, "get_context") else None

    assert asyncio.run(main()) is None


@clew.detached
def function(ids):
    """Says what it does."""
    ids += [clew.current(), clew.current()]


@clew.detached()
async def coroutine(ids):
    ids.append(clew.current())
    await asyncio.sleep(0)
    ids.append(clew.current())


@clew.detached
def generator(ids):
    ids.append(clew.current())
    yield 1
    ids.append(clew.current())


@clew.detached()
async def asynchronous_generator(ids):
    ids.append(clew.current())
    yield 1
    ids.append(clew.current())


async def consume(ids, outer):
    async for _ in asynchronous_generator(ids):
        assert clew.current() is outer


def test_functions_can_be_detached(traced):
    ids = []
    with clew.span("outer") as outer:
        function(ids)
        asyncio.run(coroutine(ids))
        for _ in generator(ids):
            assert clew.current() is outer
        asyncio.run(consume(ids, outer))
        assert clew.current() is outer
    assert ids == [None] * 8
    assert function.__doc__ == "Says what it does."
    with pytest.raises(TypeError, match="detached"):
        clew.detached(5)


def test_detaching_costs_nothing_while_tracing_is_off():
    with clew.detached():
        assert clew.current() is None
    function([])
