# SPDX-License-Identifier: Apache-2.0
"""The calls of every day: span(), traced, current(), flush(). Method: in this process, spans as a
collector receives them.
"""

import asyncio

import pytest

import clew


def by_name(spans):
    assert len({span["name"] for span in spans}) == len(spans), spans
    return {span["name"]: span for span in spans}


def test_a_block_is_a_span_with_its_tags(traced):
    with clew.span("resize", kind="producer", width=640, what="photo") as span:
        assert clew.current() is span
        span.tag("more", 1)
    assert clew.current() is None
    (one,) = traced.finished()
    assert (one["name"], one["kind"]) == ("resize", "PRODUCER")
    assert one["tags"] == {"width": "640", "what": "photo", "more": "1"}


def test_a_block_inside_is_a_child(traced):
    with clew.span("outer") as outer, clew.span("inner") as inner:
        assert inner.parent_id == outer.span_id
    assert clew.span("later").parent_id is None


def test_a_parent_may_be_given(traced):
    first = clew.span("first")
    with clew.span("other"), clew.span("second", parent=first) as second:
        assert second.trace_id == first.trace_id
        assert second.parent_id == first.span_id
    first.finish()


def test_an_exception_marks_the_span_and_goes_on(traced):
    with pytest.raises(KeyError), clew.span("broken"):
        raise KeyError("lost")
    (one,) = traced.finished()
    assert one["tags"]["error"] == "KeyError: 'lost'"


def test_while_tracing_is_off_nothing_happens():
    assert clew.tracer() is None
    with clew.span("a", b=1) as outer:
        assert clew.current() is None
        with clew.span("c") as inner:
            assert inner is outer
            inner.tag("d", 1)
            inner.annotate("e")
            inner.error("f")
            inner.set_name("g")
            inner.remote("127.0.0.1", 1)
            inner.local("127.0.0.1", 1)
        assert (outer.is_sampled, outer.is_open, outer.span_id) == (False, False, None)
        assert outer.inject() == []
        outer.finish()
    assert clew.inject({"a": "b"}) == {"a": "b"}
    assert clew.flush() is True


def test_an_exception_passes_while_tracing_is_off():
    with pytest.raises(ValueError, match="mine"), clew.span("a"):
        raise ValueError("mine")


def test_what_is_wrong_with_a_span_never_raises(http_collector):
    from clew import faults

    clew.enable(service_name="a", endpoint=http_collector.endpoint)
    try:
        before = faults.counts().get("clew.span()", 0)
        with clew.span("a", kind="nonsense") as span:
            assert not span.is_open
        with clew.span("a", parent="nonsense"):
            pass
        assert faults.counts()["clew.span()"] == before + 2
    finally:
        clew.disable()


def test_a_call_without_a_name_is_the_callers_mistake_also_when_off():
    with pytest.raises(TypeError):
        clew.span()
    with pytest.raises(TypeError):
        clew.span("a", "b")


def test_a_traced_function_is_a_span_of_its_name(traced):
    @clew.traced
    def add(a, b=2):
        """Adds."""
        assert clew.current() is not None
        return a + b

    assert add(1, b=3) == 4
    assert (add.__name__, add.__doc__) == ("add", "Adds.")
    (one,) = traced.finished()
    assert one["name"] == "add"
    assert "kind" not in one


def test_a_traced_method_is_named_with_its_class(traced):
    class Cache:
        @clew.traced
        def get(self):
            return self

    cache = Cache()
    assert cache.get() is cache
    assert [span["name"] for span in traced.finished()] == ["cache.get"]


def test_a_traced_function_may_be_described(traced):
    @clew.traced(name="store", kind="client", bucket="thumbs")
    def put():
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        put()
    (one,) = traced.finished()
    assert (one["name"], one["kind"]) == ("store", "CLIENT")
    assert one["tags"] == {"bucket": "thumbs", "error": "OSError: full"}


def test_what_is_no_function_cannot_be_traced():
    with pytest.raises(TypeError, match="takes a function"):
        clew.traced(5)


def test_tracing_may_come_after_the_decoration(http_collector):
    @clew.traced
    def work():
        return clew.current()

    assert work() is None
    tracer = clew.enable(service_name="a", endpoint=http_collector.endpoint)
    assert work() is not None
    assert len(http_collector.finished(tracer)) == 1
    clew.disable()
    assert work() is None


def test_a_coroutine_is_one_span_until_it_returns(traced):
    @clew.traced
    async def outer():
        await asyncio.sleep(0.01)
        return await inner()

    @clew.traced
    async def inner():
        return clew.current().parent_id

    parent_id = asyncio.run(outer())
    spans = by_name(traced.finished())
    assert spans["outer"]["id"] == parent_id
    assert spans["outer"]["duration"] >= 10000


def test_a_cancelled_coroutine_is_an_error(traced):
    @clew.traced
    async def sleep():
        await asyncio.sleep(60)

    async def main():
        task = asyncio.create_task(sleep())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    (one,) = traced.finished()
    assert one["tags"]["error"] == "CancelledError"


def test_an_asynchronous_generator_that_is_ended_from_another_context_keeps_quiet(traced):
    import contextvars

    ended = []

    @clew.traced
    async def numbers():
        try:
            await asyncio.Future(loop=loop)
            yield 1
        finally:
            ended.append(clew.current())

    async def consumer():
        async for _ in numbers():
            pass

    loop = asyncio.new_event_loop()
    running = consumer()
    contextvars.copy_context().run(running.send, None)
    running.close()  # as of a task that its loop forgets
    loop.close()
    assert len(ended) == 1
    (span,) = traced.finished()
    assert "error" not in span["tags"]


def test_a_generators_span_is_current_inside_of_it_only(traced):
    seen = []

    @clew.traced
    def numbers():
        seen.append(clew.current())
        got = yield 1
        seen.append(clew.current())
        yield got
        return "end"

    with clew.span("consumer") as consumer:
        generator = numbers()
        assert next(generator) == 1
        assert clew.current() is consumer
        assert generator.send(5) == 5
        assert clew.current() is consumer
        with pytest.raises(StopIteration) as stop:
            next(generator)
        assert stop.value.value == "end"
    assert seen[0] is seen[1]
    assert seen[0].parent_id == consumer.span_id
    assert not seen[0].is_open
    assert "error" not in by_name(traced.finished())["numbers"]["tags"]


def test_what_is_thrown_into_a_generator_reaches_it(traced):
    @clew.traced
    def patient():
        try:
            yield 1
        except ValueError as error:
            yield str(error)
        raise KeyError("own")

    generator = patient()
    next(generator)
    assert generator.throw(ValueError("given")) == "given"
    with pytest.raises(KeyError):
        next(generator)
    (one,) = traced.finished()
    assert one["tags"]["error"] == "KeyError: 'own'"


def test_a_generator_that_is_left_is_closed_and_no_error(traced):
    closed = []

    @clew.traced
    def endless():
        try:
            while True:
                yield clew.current()
        finally:
            closed.append(clew.current())

    generator = endless()
    span = next(generator)
    generator.close()
    assert closed == [span]
    (one,) = traced.finished()
    assert one["tags"] == {}


def test_an_async_generator_works_as_a_generator_does(traced):
    seen = []

    @clew.traced
    async def numbers():
        try:
            got = yield 1
            await asyncio.sleep(0)
            seen.append(clew.current())
            yield got
        finally:
            seen.append(clew.current())

    async def main():
        with clew.span("consumer") as consumer:
            generator = numbers()
            assert await generator.asend(None) == 1
            assert clew.current() is consumer
            assert await generator.asend(7) == 7
            assert clew.current() is consumer
            await generator.aclose()
            assert [number async for number in numbers()] == [1, None]

    asyncio.run(main())
    assert seen[0] is seen[1]
    spans = traced.finished()
    assert [span["name"] for span in spans] == ["consumer", "numbers", "numbers"]
    assert all("error" not in span["tags"] for span in spans)


def test_an_async_generator_that_raises_is_an_error(traced):
    @clew.traced
    async def broken():
        yield 1
        raise OSError("gone")

    async def main():
        with pytest.raises(OSError, match="gone"):
            async for _ in broken():
                pass

    asyncio.run(main())
    (one,) = traced.finished()
    assert one["tags"]["error"] == "OSError: gone"


def test_flush_sends_what_has_finished(traced):
    with clew.span("a"):
        pass
    assert clew.flush(20) is True
    assert len(traced.spans()) == 1
    with pytest.raises(ValueError, match="timeout"):
        clew.flush(-1)
