# SPDX-License-Identifier: Apache-2.0
"""What others send is understood, and sent, through clew.wsgi() and clew.asgi(). Method: each
case of the tables in test/propagation, whose README tells how one is run, as a request in this
process, and as one to a real server of each kind.
"""

import asyncio
import http.client
import json
import socket

import pytest
import services
from collectors import HttpCollector
from test_propagation_cases import TABLES, check_call, check_server, environ_of, read_cases
from test_servers import COMMANDS, PORT, start

import clew

CASES = [*read_cases("w3c_cases.json"), *read_cases("b3_cases.json")]


class Seen:
    """What an application sees of its span, and what calls below it would send."""

    def __init__(self, context, calls):
        vars(self).update(context)
        self.calls = [(Seen(call, ()), headers) for call, headers in calls]


def carried(calls):
    """As programs/wsgi_application.py answers it."""
    made = []
    for _ in range(calls):
        with clew.span("call", kind="client") as call:
            made.append([context_of(call), clew.inject({})])
    return [context_of(clew.current()), made]


def context_of(span):
    names = ("trace_id", "span_id", "parent_id", "is_sampled", "is_debug")
    return {name: getattr(span, name) for name in names}


def through_wsgi(headers, calls):
    def application(environ, start_response):
        start_response("200 OK", [])
        return [json.dumps(carried(calls)).encode()]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", **environ_of(headers)}
    return b"".join(clew.wsgi(application)(environ, lambda status, headers: None))


def through_asgi(headers, calls):
    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(carried(calls)).encode()})

    async def send(message):
        sent.append(message)

    sent = []
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": pairs}
    asyncio.run(clew.asgi(application)(scope, None, send))
    return sent[1]["body"]


def check(seen, case, rate):
    expect = case["expect"]
    check_server(seen, case["headers"], expect, rate)
    for call, sent in seen.calls:
        check_call(call, sent, expect["sends"])
    ids = [seen.span_id, *(call.span_id for call, _ in seen.calls)]
    assert not seen.is_sampled or len(set(ids)) == len(ids)


@pytest.fixture(scope="module")
def sink():
    collector = HttpCollector()
    yield collector
    collector.close()


@pytest.mark.parametrize("through", [through_wsgi, through_asgi])
@pytest.mark.parametrize(("options", "case", "rate"), CASES)
def test_a_case(sink, through, options, case, rate):
    tracer = clew.enable(
        service_name="a", endpoint=sink.endpoint, sample_rate=rate, hooks=(), **options
    )
    try:
        seen = Seen(*json.loads(through(case["headers"], case.get("calls", 1))))
        check(seen, case, rate)
        assert tracer.stats()["headers_malformed"] == case["expect"].get("malformed", False)
    finally:
        clew.disable()


@pytest.fixture(scope="module", params=["gunicorn sync", "uvicorn"])
def servers(request, sink):
    """One server for each table, by the headers that it sends."""
    started = {}
    for table in ("w3c_cases.json", "b3_cases.json"):
        propagation = json.loads((TABLES / table).read_text())["options"]["propagation"]
        extra = {"CLEW_PROPAGATION": propagation}
        started[propagation] = start(COMMANDS[request.param], sink, PORT, extra)
    yield started
    for server in started.values():
        assert "tracing failed" not in server.stop()


def ask(port, path, headers):
    """(status, body) of a request with headers as they are, white space and all."""
    lines = [f"GET {path} HTTP/1.1", "Host: a", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    with socket.create_connection(("127.0.0.1", port), services.READY_SECONDS) as sock:
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        response = http.client.HTTPResponse(sock)
        response.begin()
        return response.status, response.read()


def test_each_case_over_a_real_server(servers):
    refused = 0
    for parameters in CASES:
        options, case, rate = parameters.values
        if rate != 1:
            continue
        port = servers[options["propagation"]].port
        status, body = ask(port, f"/carried/{case.get('calls', 1)}", case["headers"])
        if status == 400:  # the server's own rules about headers
            refused += 1
            continue
        check(Seen(*json.loads(body)), case, rate)
    assert refused == 0
