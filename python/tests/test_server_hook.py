# SPDX-License-Identifier: Apache-2.0
"""The hook around a server's handler, alone: what becomes of a handler that is not as it expects.
Method: handlers of our own. What it does inside eventlet is in test_server_spans.py.
"""

import collections
import inspect

import pytest
from services import run_script

import clew
from clew import _native, faults

ENVIRON = {"SERVER_NAME": "192.0.2.7", "SERVER_PORT": "80", "HTTP_X_B3_SAMPLED": "1"}


class Handler:
    """As a server's: it has read a request, and answers it."""

    command = "PUT"
    path = "/a?b"
    client_address = ("192.0.2.1", 1)

    def __init__(self, environ=ENVIRON):
        self.environ = environ
        self.wfile = self.application = "its own"
        self.seen = None

    def answer(self):
        """Answers one request."""
        span = clew.current()
        self.seen = (span, type(self.wfile).__name__, self.wfile is self.application)
        return "answered"


def body(*_):
    raise AssertionError("there is no body")


def hooked(tracer, original=Handler.answer, legacy_tags=False):
    class Hooked(Handler):
        answer = _native.ServerHook(tracer, original, body, (), legacy_tags)

    return Hooked


@pytest.fixture
def fault_count(traced, monkeypatch):
    """How many faults of the start of a span there have been; the test wants them."""
    monkeypatch.setattr(faults, "_counts", collections.Counter())
    return lambda: faults.counts().get("the start of a server span", 0)


def test_a_request_is_a_span_and_the_handler_is_as_it_was(traced):
    handler = hooked(traced.tracer, legacy_tags=True)()
    assert handler.answer() == "answered"
    span, wfile, is_both = handler.seen
    assert (wfile, is_both, span.is_open) == ("Exchange", True, False)
    assert (handler.wfile, handler.application, clew.current()) == ("its own", "its own", None)
    (sent,) = traced.finished()
    assert (sent["kind"], sent["name"]) == ("SERVER", "put")
    tags = {"http.method": "PUT", "http.path": "/a", "http.uri": "/a?b"}
    assert sent["tags"] == tags
    assert sent["localEndpoint"] == {"serviceName": "tested", "ipv4": "192.0.2.7", "port": 80}
    assert sent["remoteEndpoint"] == {"ipv4": "192.0.2.1", "port": 1}


def test_a_request_that_is_not_sampled_is_left_alone(traced):
    handler = hooked(traced.tracer)({**ENVIRON, "HTTP_X_B3_SAMPLED": "0"})
    del handler.wfile  # nobody asks
    handler.wfile = handler.application
    assert handler.answer() == "answered"
    span, wfile, _ = handler.seen
    assert (span.is_sampled, span.is_open, wfile) == (False, False, "str")
    assert traced.finished() == []


def test_what_the_handler_raises_is_its_own(traced):
    class Gone(BaseException):
        pass

    def answer(self):
        raise Gone("gone")

    handler = hooked(traced.tracer, answer)()
    with pytest.raises(Gone, match="gone"):
        handler.answer()
    assert (handler.wfile, handler.application, clew.current()) == ("its own", "its own", None)
    (sent,) = traced.finished()
    assert sent["tags"]["error"] == "Gone: gone"


def test_it_looks_like_what_it_replaces(traced):
    method = hooked(traced.tracer).answer
    assert (method.__name__, method.__qualname__) == ("answer", "Handler.answer")
    assert (method.__doc__, method.__module__) == ("Answers one request.", __name__)
    assert inspect.unwrap(method) is Handler.answer
    assert hooked(traced.tracer)().answer.__self__.__class__.__name__ == "Hooked"
    with pytest.raises(AttributeError):
        method.no_such  # noqa: B018
    with pytest.raises(AttributeError):
        method.anything = 1


def test_a_derived_handler_may_call_it(traced):
    class Derived(hooked(traced.tracer)):
        def answer(self):
            return "more " + super().answer()

    assert Derived().answer() == "more answered"
    assert len(traced.finished()) == 1


def test_other_calls_are_the_originals_own(traced):
    hook = hooked(traced.tracer, lambda *args, **more: (args, more)).answer
    assert hook() == ((), {})
    assert hook(1, 2) == ((1, 2), {})
    assert hook(self=1) == ((), {"self": 1})
    assert traced.finished() == []


def test_a_hook_that_was_left_behind_passes_on(traced, http_collector):
    handler = hooked(traced.tracer)()
    clew.disable()
    assert handler.answer() == "answered"
    assert handler.seen[0] is None
    http_collector.tracer = clew.enable(service_name="b", endpoint=http_collector.endpoint)
    assert handler.answer() == "answered"
    assert handler.seen[0] is None
    assert traced.finished() == []


def test_a_hook_that_was_left_behind_keeps_no_thread():
    run_script("""
import os
import time
import clew
from clew import _native

def wait_for_threads(count):
    deadline = time.monotonic() + 20
    while (found := len(os.listdir("/proc/self/task"))) != count:
        assert time.monotonic() < deadline, found
        time.sleep(0.01)  # a thread that was joined is listed for a moment

kept = []
for _ in range(3):
    tracer = clew.enable(service_name="a", endpoint="scribe://127.0.0.1:1")
    kept.append(_native.ServerHook(tracer, len, len, (), False))
    with clew.span("a"):
        pass
    tracer.flush(0.1)
    wait_for_threads(2)
    del tracer
    clew.disable()
    wait_for_threads(1)
""")


@pytest.mark.parametrize("lacks", ["command", "path", "environ", "client_address", "wfile"])
def test_a_handler_that_lacks_something_answers_all_the_same(traced, fault_count, lacks):
    class Lacking(hooked(traced.tracer, lambda self: "answered")):
        def __getattribute__(self, name):
            if name == lacks:
                raise AttributeError(name)
            return super().__getattribute__(name)

    assert Lacking().answer() == "answered"
    assert fault_count() == 1
    # Without its file, there is no status to see, but a request.
    assert len(traced.finished()) == (lacks == "wfile")


def test_a_handler_without_a_file_has_its_error_told(traced, fault_count):
    def answer(self):
        raise ValueError("wrong")

    handler = hooked(traced.tracer, answer)()
    del handler.wfile
    with pytest.raises(ValueError, match="wrong"):
        handler.answer()
    assert fault_count() == 1
    (sent,) = traced.finished()
    assert sent["tags"]["error"] == "ValueError: wrong"


@pytest.mark.parametrize("fixed", ["wfile", "application"])
def test_what_cannot_be_put_back_does_not_keep_the_other(traced, fault_count, fixed):
    class Fixed(hooked(traced.tracer)):
        def __setattr__(self, name, value):
            if name == fixed and getattr(self, "seen", None) is not None:
                raise AttributeError(f"{name} stays")
            super().__setattr__(name, value)

    handler = Fixed()
    assert handler.answer() == "answered"
    assert {handler.wfile, handler.application} > {"its own"}
    assert faults.counts() == {"the end of a server span": 1}
    assert len(traced.finished()) == 1


@pytest.mark.parametrize("port", ["4321", 4321])
def test_a_port_may_be_a_text_as_a_proxys_protocol_has_it(traced, port):
    handler = hooked(traced.tracer)()
    handler.client_address = ("192.0.2.1", port)
    handler.answer()
    (sent,) = traced.finished()
    assert sent["remoteEndpoint"] == {"ipv4": "192.0.2.1", "port": 4321}


@pytest.mark.parametrize("port", ["many", "", None, -1, 65536, 2**80, "65536", 1.5])
def test_a_port_that_is_none_is_left_out(traced, port):
    handler = hooked(traced.tracer)()
    handler.client_address = ("192.0.2.1", port)
    handler.answer()
    (sent,) = traced.finished()
    assert sent["remoteEndpoint"] == {"ipv4": "192.0.2.1"}


class Interrupted(BaseException):
    """As a time-out that is thrown into a greenthread, or Ctrl-C."""


BEFORE_IT_IS_A_SPAN = ["command", "path", "environ", "client_address"]


@pytest.mark.parametrize("part", [*BEFORE_IT_IS_A_SPAN, "wfile", "application"])
def test_what_interrupts_the_application_reaches_it(traced, fault_count, part):
    class Slow(hooked(traced.tracer)):
        def __getattribute__(self, name):
            if name == part:
                raise Interrupted
            return super().__getattribute__(name)

    with pytest.raises(Interrupted):
        Slow().answer()
    assert fault_count() == 0
    assert clew.current() is None
    told = [] if part in BEFORE_IT_IS_A_SPAN else ["Interrupted"]
    assert [span["tags"]["error"] for span in traced.finished()] == told


def test_what_interrupts_a_sampler_reaches_the_application(http_collector):
    def sampler(name, path):
        raise Interrupted

    tracer = clew.enable(service_name="a", endpoint=http_collector.endpoint, sampler=sampler)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "a", "SERVER_PORT": "1"}
    calls = (
        lambda: hooked(tracer)(environ).answer(),
        lambda: clew.span("a"),
        lambda: clew.wsgi(lambda environ, start_response: [])(environ, None),
        lambda: tracer.start("a"),
        lambda: tracer.receive("a", environ),
        lambda: tracer.extract({}, "a"),
    )
    before = faults.counts()
    for call in calls:
        with pytest.raises(Interrupted):
            call()
    assert faults.counts() == before
    assert clew.current() is None
    assert tracer.stats()["finished"] == 0
    clew.disable()


@pytest.mark.parametrize("fixed", ["wfile", "application"])
def test_a_handler_that_cannot_be_changed_answers_all_the_same(traced, fault_count, fixed):
    class Fixed(hooked(traced.tracer)):
        def __setattr__(self, name, value):
            if name == fixed and type(value).__name__ == "Exchange":
                raise AttributeError(f"{name} stays")
            super().__setattr__(name, value)

    handler = Fixed()
    assert handler.answer() == "answered"
    assert handler.seen[1:] == ("str", True)
    assert (handler.wfile, handler.application) == ("its own", "its own")
    assert fault_count() == 1
    assert len(traced.finished()) == 1


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("command", b"GET"),
        ("path", None),
        ("environ", []),
        ("environ", {"SERVER_NAME": "a", "SERVER_PORT": "many"}),
    ],
)
def test_a_request_that_is_none_is_answered_all_the_same(traced, fault_count, part, wrong):
    handler = hooked(traced.tracer)()
    setattr(handler, part, wrong)
    assert handler.answer() == "answered"
    assert handler.seen == (None, "str", True)
    assert fault_count() == 1
    assert traced.finished() == []


def test_a_sampler_may_turn_tracing_off(http_collector):
    def choose(name, path):
        clew.disable()
        return True

    tracer = clew.enable(service_name="a", endpoint=http_collector.endpoint, sampler=choose)
    handler = hooked(tracer)({"SERVER_NAME": "a", "SERVER_PORT": "1"})
    assert handler.answer() == "answered"
    assert handler.seen[0].is_sampled
    assert clew.tracer() is None
    assert tracer.flush(10)  # what was begun may still be finished
    assert [span["name"] for span in http_collector.spans()] == ["put"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (None, len, len, (), False),
        ("tracer", None, len, (), False),
        ("tracer", len, None, (), False),
        ("tracer", len, len, [], False),
        ("tracer", len, len, (), 0),
    ],
)
def test_it_is_made_of_the_right_things(arguments):
    tracer = clew.Tracer("tested", "scribe://127.0.0.1:1", ignore_environment=True)
    given = [tracer if argument == "tracer" else argument for argument in arguments]
    with pytest.raises(TypeError):
        _native.ServerHook(*given)
    if given:
        with pytest.raises(TypeError, match="two callables"):
            _native.ServerHook(tracer, len, len, (), False, more=1)
