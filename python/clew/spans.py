# SPDX-License-Identifier: Apache-2.0
"""@clew.traced: each call of a function is a span, of plain functions, coroutine functions,
generators and asynchronous generators. And clew.detached(), for work that belongs to no trace.

Threads: all at once.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar, overload

from clew._native import Span, current_span, no_span, span
from clew.arguments import check

if TYPE_CHECKING:
    from clew._native import Kind

KINDS = ("local", "client", "server", "producer", "consumer")
KINDS_WANTED = "'local', 'client', 'server', 'producer' or 'consumer'"
Function = TypeVar("Function", bound=Callable[..., Any])
# What begins when a function is called, for a `with`: the span of the call.
Start = Callable[[], Any]


@overload
def traced(function: Function, /) -> Function: ...
@overload
def traced(
    *, name: str | None = None, kind: Kind = "local", **tags: object
) -> Callable[[Function], Function]: ...
def traced(
    function: Any = None, /, *, name: str | None = None, kind: Kind = "local", **tags: object
) -> Any:
    """Makes each call of a function a span, which is the current one while the function runs.

        @clew.traced
        def resize(image): ...

        @clew.traced(name="store", kind="client", bucket="thumbs")
        async def put(image): ...

    name  of the span; the function's qualified name ("Cache.get")
    kind  "local", "client", "server", "producer" or "consumer"
    tags  said about every call

    A coroutine's span lasts until it returns. A generator's begins when its first value is asked
    for and ends with the generator; between values, its consumer's span is the current one.
    What the function raises becomes the tag error and goes on. Arguments that do not fit are an
    error where the body would begin: of coroutines and generators not before they are run.

    TypeError: what is decorated cannot be called, or name is no str. ValueError: another kind.
    """
    if name is not None:
        check(name, "name", str)
    if kind not in KINDS:
        raise ValueError(f"kind must be {KINDS_WANTED}, not {kind!r}")
    if function is None:
        return functools.partial(_wrap, name=name, kind=kind, tags=tags)
    return _wrap(function, name, kind, tags)


def _wrap(function: Any, name: str | None, kind: Kind, tags: dict[str, Any]) -> Any:
    if not callable(function):
        raise TypeError(f"traced() takes a function, not {function!r}")
    if name is None:
        name = getattr(function, "__qualname__", type(function).__qualname__)
        name = name.rpartition("<locals>.")[2]
    return _wrapped(function, functools.partial(span, name, kind=kind, **tags))


def _wrapped(function: Any, start: Start) -> Any:
    if inspect.isasyncgenfunction(function):
        wrapper = _async_generator(function, start)
    elif inspect.iscoroutinefunction(function):
        wrapper = _coroutine(function, start)
    elif inspect.isgeneratorfunction(function):
        wrapper = _generator(function, start)
    else:
        wrapper = _call(function, start)
    return functools.wraps(function)(wrapper)


def _call(function: Any, start: Start) -> Any:
    def call(*args: Any, **keywords: Any) -> Any:
        with start():
            return function(*args, **keywords)

    return call


def _coroutine(function: Any, start: Start) -> Any:
    async def call(*args: Any, **keywords: Any) -> Any:
        with start():
            return await function(*args, **keywords)

    return call


class _Within:
    """A span, or none, that is the current one in a block, and goes on after it."""

    __slots__ = ("span", "token")

    def __init__(self, span: Span | None) -> None:
        self.span = span

    def __enter__(self) -> None:
        self.token = current_span.set(self.span)

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ValueError):  # thrown into from another context: not ours to set
            current_span.reset(self.token)


class _Detached(_Within):
    """A block without a current span; it stands for a span towards what wraps a function."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(None)

    def __call__(self, function: Function) -> Function:
        if not callable(function):
            raise TypeError(f"detached() takes a function, not {function!r}")
        wrapped: Function = _wrapped(function, _Detached)
        return wrapped


@overload
def detached() -> _Detached: ...
@overload
def detached(function: Function, /) -> Function: ...
def detached(function: Any = None, /) -> Any:
    """What begins in the block, or in the function, belongs to no trace that is under way: each
    span without another one around it begins a trace of its own, and is sampled anew.

        with clew.detached():
            eventlet.spawn(poll_forever)  # or Thread(...).start(), asyncio.create_task(...)

        @clew.detached
        def poll_forever(): ...

    It is for loops, and for workers that are started lazily: what a request starts belongs to that
    request, so the first one would have all that they ever do in its trace. Where this was
    forgotten, the option detach_after_ms of clew.enable() ends that once the request has.

    The function may be a coroutine function or a generator, too. In the block clew.current() is
    None, clew.inject() adds nothing, and there is no baggage.

    TypeError: what is decorated cannot be called.
    """
    return _Detached() if function is None else _Detached()(function)


def _begin(start: Start) -> tuple[Span, _Within]:
    """The span of a generator, and what its steps run in."""
    one = start()
    return (no_span, one) if isinstance(one, _Detached) else (one, _Within(one))


def _failed(one: Span, error: BaseException) -> None:
    if not isinstance(error, GeneratorExit):  # its consumer had enough
        one.error(error)


def _generator(function: Any, start: Start) -> Any:
    def call(*args: Any, **keywords: Any) -> Generator[Any, Any, Any]:
        one, within = _begin(start)
        try:
            inner = function(*args, **keywords)
            step, value = inner.send, None
            while True:
                try:
                    with within:
                        item = step(value)
                except StopIteration as end:
                    return end.value
                try:
                    value = yield item
                    step = inner.send
                except GeneratorExit:
                    with within:
                        inner.close()
                    raise
                except BaseException as error:
                    step, value = inner.throw, error
        except BaseException as error:
            _failed(one, error)
            raise
        finally:
            one.finish()

    return call


def _async_generator(function: Any, start: Start) -> Any:
    async def call(*args: Any, **keywords: Any) -> AsyncGenerator[Any, Any]:
        one, within = _begin(start)
        try:
            inner = function(*args, **keywords)
            step, value = inner.asend, None
            while True:
                try:
                    with within:
                        item = await step(value)
                except StopAsyncIteration:
                    return
                try:
                    value = yield item
                    step = inner.asend
                except GeneratorExit:
                    with within:
                        await inner.aclose()
                    raise
                except BaseException as error:
                    step, value = inner.athrow, error
        except BaseException as error:
            _failed(one, error)
            raise
        finally:
            one.finish()

    return call
