# SPDX-License-Identifier: Apache-2.0
"""The tag error.stack: for those who ask, of every way in which a span is told of an exception."""

import pytest
from test_frameworks import ask, flask_application

import clew
from clew import error_stacks


@pytest.fixture
def stacked(http_collector):
    http_collector.tracer = clew.enable(
        service_name="tested",
        endpoint=http_collector.endpoint,
        flush_interval_ms=20,
        error_stack=True,
    )
    yield http_collector
    clew.disable()


def failing_function():
    raise ValueError("as asked")


def last_stack(collector):
    return collector.finished()[-1]["tags"]["error.stack"]


def is_whole(stack):
    return (
        stack.startswith("Traceback (most recent call last):\n")
        and "in failing_function" in stack
        and stack.endswith("\nValueError: as asked")
    )


def test_a_block_that_raises_has_its_stack(stacked):
    with pytest.raises(ValueError, match="asked"), clew.span("block"):
        failing_function()
    assert is_whole(last_stack(stacked))


def test_a_wsgi_application_that_raises_has_its_stack(stacked):
    def application(environ, start_response):
        failing_function()

    with pytest.raises(ValueError, match="asked"):
        ask(clew.wsgi(application), "/")
    assert is_whole(last_stack(stacked))


def test_an_exception_that_a_framework_answers_has_its_stack(stacked):
    application = flask_application()
    application.add_url_rule("/raise", view_func=failing_function)
    assert ask(clew.wsgi(application), "/raise") == 500
    assert is_whole(last_stack(stacked))
    assert stacked.finished()[-1]["tags"]["error"] == "ValueError: as asked"


def test_a_text_has_none(stacked):
    with clew.span("block") as span:
        span.error("by hand")
    assert "error.stack" not in stacked.finished()[-1]["tags"]


def test_a_long_stack_keeps_where_it_was_raised(stacked):
    def deep(count):
        return failing_function() if count == 0 else other(count - 1)

    def other(count):
        return deep(count)

    with pytest.raises(ValueError, match="asked"), clew.span("block"):
        deep(150)
    stack = last_stack(stacked)
    assert len(stack) == error_stacks.STACK_CHARACTERS_MAX
    assert stack.startswith("[outer frames cut]\n")
    assert "in failing_function" in stack
    assert stack.endswith("\nValueError: as asked")


def test_a_stack_that_cannot_be_shown_harms_nobody(stacked, monkeypatch):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    with pytest.raises(Odd), clew.span("block"):
        raise Odd
    assert stacked.finished()[-1]["tags"]["error"] == "Odd"


def test_by_default_there_is_none(traced):
    with pytest.raises(ValueError, match="asked"), clew.span("block"):
        failing_function()
    assert "error.stack" not in traced.finished()[-1]["tags"]


@pytest.mark.parametrize(("text", "wanted"), [("1", True), ("on", True), ("0", False), ("", False)])
def test_the_environment_may_ask(monkeypatch, text, wanted):
    monkeypatch.setenv("CLEW_ERROR_STACK", text)
    assert error_stacks.is_wanted(None) is wanted
    assert error_stacks.is_wanted(not wanted) is not wanted


def test_wrong_values_are_refused(monkeypatch):
    with pytest.raises(TypeError, match="error_stack must be bool, not 'yes'"):
        clew.enable(error_stack="yes")
    monkeypatch.setenv("CLEW_ERROR_STACK", "perhaps")
    with pytest.raises(ValueError, match="CLEW_ERROR_STACK must be on or off, not 'perhaps'"):
        clew.enable()
