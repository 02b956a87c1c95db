# SPDX-License-Identifier: Apache-2.0
"""Samplers in words: how many traces they keep, by rate, by second, by the request.

Method: what the tracer says of the spans that it starts; nothing is sent.
"""

import pytest

import clew


def tracer_with(sampler, **options):
    return clew.Tracer(
        "tested", "scribe://127.0.0.1:1", sampler=sampler, ignore_environment=True, **options
    )


def kept(spans):
    count = 0
    for span in spans:
        count += span.is_sampled
        span.abandon()
    return count


def environ(method, path, **headers):
    # As a server puts it there: PEP 3333 has bytes in text.
    return {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1"), **headers}


def test_an_exact_share_is_counted():
    tracer = tracer_with("counting(0.1)")
    assert kept(tracer.start("work") for _ in range(10_000)) == 1_000


def test_a_rate_a_second_bounds_a_burst():
    tracer = tracer_with("per_second(100)")
    # A tenth of a second's worth at once, and what comes due while this runs.
    assert 10 <= kept(tracer.start("work") for _ in range(1_000)) < 1_000


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/health", False),
        ("GET", "/health/deep", False),
        ("GET", "/api/users", True),
        ("DELETE", "/api/users", False),
        ("GET", "/other", False),
        ("GET", "/gr\u00fcn", True),
    ],
)
def test_rules_look_at_the_request(method, path, expected):
    tracer = tracer_with("/health*=never; GET /api/*=always; /gr\u00fcn=always; never")
    for span in (
        tracer.receive(method.lower(), environ(method, path)),
        tracer.receive_http(method, path + "?q=/health", environ(method, path), None),
        tracer.extract([], method.lower(), "server", path),
    ):
        assert span.is_sampled is expected
        span.abandon()


def test_rules_leave_a_callers_decision_alone():
    tracer = tracer_with("/a=never; never")
    asked = tracer.receive("get", environ("GET", "/a", HTTP_B3="1"))
    assert asked.is_sampled
    asked.abandon()
    assert not tracer_with("always").receive("get", environ("GET", "/a", HTTP_B3="0")).is_sampled


def test_a_request_without_a_path_is_for_the_rest():
    tracer = tracer_with("/*=never; always")
    for span in (tracer.receive("get", {}), tracer.extract({}, "get"), tracer.start("work")):
        assert span.is_sampled
        span.abandon()


def test_what_is_no_sampler_is_refused_in_words():
    with pytest.raises(ValueError, match=r"sampler: a sampler is a number .* not: 'sometimes'"):
        tracer_with("sometimes")
    with pytest.raises(ValueError, match="sampler replaces sample_rate"):
        tracer_with("never", sample_rate=0.5)


def test_the_environment_may_say_it(monkeypatch):
    monkeypatch.setenv("CLEW_SAMPLER", "/a=never; always")
    tracer = clew.Tracer("tested", "scribe://127.0.0.1:1")
    assert not tracer.receive("get", environ("GET", "/a")).is_sampled
    monkeypatch.setenv("CLEW_SAMPLER", "sometimes")
    with pytest.raises(ValueError, match="CLEW_SAMPLER is 'sometimes', wanted a sampler"):
        clew.Tracer("tested", "scribe://127.0.0.1:1")
