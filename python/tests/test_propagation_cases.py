# SPDX-License-Identifier: Apache-2.0
"""What other tracers send is understood, and sent, as they do. Method: the tables of
test/propagation, whose README tells how a case is run, through the compiled module: from an
environ of WSGI, from a list of pairs, and from ASGI's pairs of bytes.
"""

import json
from pathlib import Path

import pytest

import clew

TABLES = Path(__file__).parents[2] / "test/propagation"


def read_cases(name):
    table = json.loads((TABLES / name).read_text())
    for case in table["cases"]:
        rates = (1.0, 0.0) if case["expect"]["sampled"] == "asked" else (1.0,)
        for rate in rates:
            yield pytest.param(table["options"], case, rate, id=f"{case['name']}, {rate}")


def environ_of(headers):
    environ = {}
    for name, value in headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


RECEIVE = {
    "environ": lambda tracer, headers: tracer.receive("get", environ_of(headers)),
    "pairs": lambda tracer, headers: tracer.extract(headers, "get"),
    "bytes": lambda tracer, headers: tracer.extract(
        [(name.lower().encode(), value.encode()) for name, value in headers], "get"
    ),
}


@pytest.mark.parametrize("receive", RECEIVE)
@pytest.mark.parametrize(
    ("options", "case", "rate"), [*read_cases("w3c_cases.json"), *read_cases("b3_cases.json")]
)
def test_a_case(receive, options, case, rate):
    tracer = clew.Tracer(
        "tested",
        "http://127.0.0.1:1",
        sample_rate=rate,
        close_timeout_ms=1,
        ignore_environment=True,
        **options,
    )
    expect = case["expect"]
    server = RECEIVE[receive](tracer, case["headers"])
    check_server(server, case["headers"], expect, rate)
    ids = {server.span_id}
    for _ in range(case.get("calls", 1)):
        call = tracer.start("call", "client", server)
        check_call(call, dict(call.inject()), expect["sends"])
        assert not call.is_sampled or call.span_id not in ids
        ids.add(call.span_id)
        call.abandon()
    server.abandon()
    assert tracer.stats()["headers_malformed"] == expect.get("malformed", False)


def check_server(server, headers, expect, rate):
    received = " ".join(value for _, value in headers)
    if expect["trace_id"] == "new":
        assert server.trace_id not in received
    else:
        assert server.trace_id == expect["trace_id"]
    if "span_id" in expect:
        assert server.span_id == expect["span_id"]
    else:
        assert server.span_id not in received
    assert server.parent_id == expect["parent_id"]
    asked = expect["sampled"] == "asked"
    assert server.is_sampled == (rate == 1 if asked else expect["sampled"])
    assert server.is_debug == expect.get("debug", False)


def check_call(call, sent, sends):
    for name, value in sends.items():
        wanted = value and value.replace("{trace_id}", call.trace_id).replace(
            "{span_id}", call.span_id
        ).replace("{parent_id}", str(call.parent_id)).replace(
            "{sampled}", str(int(call.is_sampled))
        )
        assert sent.get(name) == wanted, name
