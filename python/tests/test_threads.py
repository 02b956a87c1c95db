# SPDX-License-Identifier: Apache-2.0
"""The current span follows threads, pools and asynchronous tasks, and siblings do not see each
other's. Method: each child reports the span that it found, and sets one of its own meanwhile.
"""

import asyncio
import concurrent.futures
import multiprocessing.pool
import threading

import pytest
import services

import clew


def found(_=None):
    """The current span's id, and one of the child's own for a while."""
    span = clew.current()
    with clew.span("own") as own:
        assert clew.current() is own
    assert clew.current() is span
    return None if span is None else span.span_id


def thread():
    results = []
    child = threading.Thread(target=lambda: results.append(found()))
    child.start()
    child.join()
    return results


def derived_thread():
    class Derived(threading.Thread):
        def run(self):
            self.result = found()

    child = Derived()
    child.start()
    child.join()
    assert "run" not in vars(child)
    return [child.result]


def timer():
    results = []
    child = threading.Timer(0, lambda: results.append(found()))
    child.start()
    child.join()
    return results


def executor():
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [pool.submit(found).result(), *pool.map(found, range(3))]


def thread_pool():
    with multiprocessing.pool.ThreadPool(2) as pool:
        return [
            pool.apply(found),
            pool.apply_async(found).get(),
            *pool.map(found, range(3)),
            *pool.starmap(found, [(1,), (2,)]),
            *pool.imap(found, range(2)),
            *pool.imap_unordered(found, range(2)),
        ]


def in_loop(main):
    return lambda: asyncio.run(main())


async def task():
    async def child():
        await asyncio.sleep(0)
        return found()

    return await asyncio.gather(*(asyncio.create_task(child()) for _ in range(3)))


async def run_in_executor():
    loop = asyncio.get_running_loop()
    return [await loop.run_in_executor(None, found), await asyncio.to_thread(found)]


async def call_later():
    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0, lambda: future.set_result(found()))
    return [await future]


WAYS = {
    "Thread": thread,
    "a derived Thread": derived_thread,
    "Timer": timer,
    "ThreadPoolExecutor": executor,
    "ThreadPool": thread_pool,
    "task": in_loop(task),
    "run_in_executor": in_loop(run_in_executor),
    "call_later": in_loop(call_later),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_child_begins_with_its_parents_span(traced, way):
    with clew.span("parent") as parent:
        assert set(WAYS[way]()) == {parent.span_id}
        assert clew.current() is parent
    assert set(WAYS[way]()) == {None}


def test_a_pools_thread_forgets_the_span_that_it_was_started_by(traced):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with clew.span("first") as first:
            assert pool.submit(found).result() == first.span_id
        assert pool.submit(found).result() is None
        with clew.span("second") as second:
            assert pool.submit(found).result() == second.span_id
    with clew.span("first") as first:
        pool = multiprocessing.pool.ThreadPool(1)
        assert pool.apply(found) == first.span_id
    assert pool.apply(found) is None
    pool.terminate()


def test_a_thread_can_be_collected(traced):
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        with clew.span("parent"):
            child = threading.Thread(target=found)
            child.start()
            child.join()
        reference = weakref.ref(child)
        del child
        assert reference() is None
    finally:
        gc.enable()


def test_a_thread_that_cannot_start_says_so_as_ever(traced):
    child = threading.Thread(target=found)
    with clew.span("parent"):
        child.start()
        child.join()
        with pytest.raises(RuntimeError, match="only be started once"):
            child.start()
    assert "run" not in vars(child)


def test_an_exception_in_a_pool_is_the_callers(traced):
    def broken():
        raise KeyError("mine")

    with clew.span("parent"), concurrent.futures.ThreadPoolExecutor(1) as pool:
        with pytest.raises(KeyError, match="mine"):
            pool.submit(broken).result()
        with pytest.raises(TypeError):
            pool.submit()


def test_a_pool_of_processes_gets_what_it_can_send(traced):
    """Its functions are sent to other processes, which a span cannot be."""
    context = multiprocessing.get_context("spawn")
    with clew.span("parent"), context.Pool(1) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]
        assert pool.apply_async(abs, (-3,)).get() == 3


def test_interleaved_tasks_keep_their_own_context(traced):
    async def one(number):
        with clew.span(f"task {number}") as span:
            for _ in range(5):
                await asyncio.sleep(0)
                assert clew.current() is span
            return span.trace_id

    async def main():
        return await asyncio.gather(*(one(number) for number in range(1000)))

    assert len(set(asyncio.run(main()))) == 1000


def test_turned_off_threads_start_as_ever(traced):
    results = []
    with clew.span("parent"):
        clew.disable()
        child = threading.Thread(target=lambda: results.append(clew.current()))
        child.start()
        child.join()
    assert results == [None]
    assert not hasattr(threading.Thread.start, "__wrapped__")


def test_a_thread_keeps_a_run_of_its_own(traced):
    seen = []

    def run():
        seen.append(clew.current())

    thread = threading.Thread()
    thread.run = run
    with clew.span("a") as span:
        thread.start()
        thread.join()
        assert (thread.run, seen) == (run, [span])
        with pytest.raises(RuntimeError):
            thread.start()
    assert thread.run is run


def test_a_stand_in_for_threads_that_inherits_is_hooked(unused_port):
    """As gevent's, which monkey patching puts in the place of the standard one."""
    services.run_script(
        """
import sys, threading
own_start = vars(threading.Thread)["start"]
class Thread(threading.Thread):
    def run(self):
        super().run()
threading.Thread = Thread

import clew
from clew import faults
clew.enable(service_name="a", endpoint=f"http://127.0.0.1:{sys.argv[1]}", hooks=["threads"])
assert faults.counts() == {}
found = []
with clew.span("parent") as parent:
    child = threading.Thread(target=lambda: found.append(clew.current()))
    child.start()
child.join()
assert found == [parent]
clew.disable()
assert "start" not in vars(Thread)
assert vars(Thread.__mro__[1])["start"] is own_start
""",
        unused_port,
    )


def test_a_hook_that_fails_says_what_is_missing_and_not_that_all_is(unused_port):
    printed = services.run_script(
        """
import logging, sys, threading
class Start:  # has no start of its own, nor one to inherit
    pass
threading.Thread = Start

import clew
logging.basicConfig(stream=sys.stdout, format="%(message)s")
clew.enable(service_name="a", endpoint=f"http://127.0.0.1:{sys.argv[1]}", hooks=["threads"])
""",
        unused_port,
    )
    assert printed.startswith(
        "tracing failed at the hook of threading: what threads do does not belong to the trace "
        "that started them; the program and all other tracing go on\nTraceback"
    )
