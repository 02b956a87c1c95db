# SPDX-License-Identifier: Apache-2.0
"""OTEL_SEMCONV_STABILITY_OPT_IN: the names of HTTP's tags. Method: each server and client hook by
each set of names, and every way in which an HTTP span fails.
"""

import asyncio
import http.client
import json
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
import services
import test_asgi
import test_wsgi
from raw_server import CLOSE, OK, answering
from test_frameworks import ask, flask_application

import clew
from clew import _native, faults

VARIABLE = "OTEL_SEMCONV_STABILITY_OPT_IN"
WORDS = {"unset": None, "http": "http", "http/dup": "http/dup"}
STABLE = {
    "http.method": "http.request.method",
    "http.path": "url.path",
    "http.status_code": "http.response.status_code",
    "http.user_agent": "user_agent.original",
}


@pytest.fixture
def enable(http_collector, monkeypatch):
    """Turns tracing on with a value of the variable; nothing may go wrong inside clew then."""
    before = faults.counts()
    monkeypatch.delenv(VARIABLE, raising=False)

    def enable_with(words=None, **options):
        if words is not None:
            monkeypatch.setenv(VARIABLE, words)
        http_collector.tracer = clew.enable(
            service_name="tested",
            endpoint=http_collector.endpoint,
            flush_interval_ms=20,
            **options,
        )
        return http_collector

    yield enable_with
    clew.disable()
    assert faults.counts() == before


@pytest.fixture(params=WORDS)
def words(request):
    return WORDS[request.param]


def only(traced):
    (span,) = traced.finished()
    return span


def tags_of(traced):
    return only(traced)["tags"]


def named(words, zipkin, stable=None):
    """The tags that are expected: `zipkin` by the names in use, and `stable`, which has no other
    name, where the stable names are in use.
    """
    renamed = {STABLE.get(key, key): value for key, value in zipkin.items()}
    if words is None:
        return zipkin
    return (renamed if words == "http" else zipkin | renamed) | (stable or {})


# Servers.


def wsgi_application(environ, start_response):
    status = environ["PATH_INFO"].strip("/") or "200"
    start_response(f"{status} said", [])
    return [b"x"]


@pytest.mark.parametrize("status", ["200", "404", "503"])
def test_a_wsgi_request(enable, words, status):
    traced = enable(words)
    environ = test_wsgi.environ_of(path=f"/{status}")
    test_wsgi.Server(wsgi_application, environ).run()
    expected = {"http.method": "GET", "http.path": f"/{status}", "http.status_code": status}
    is_error = status == "503"
    if is_error:
        expected["error"] = status
    assert tags_of(traced) == named(words, expected, {"error.type": status} if is_error else {})


def test_tags_of_the_application_follow(enable, words):
    traced = enable(words)
    keys = {"HTTP_USER_AGENT": "http.user_agent", "trans": "swift.trans_id"}
    environ = test_wsgi.environ_of("/200", HTTP_USER_AGENT="curl/8", trans="tx1")
    application = clew.wsgi(wsgi_application, tags=keys)
    body = application(environ, lambda *_: None)
    body.close()
    tags = tags_of(traced)
    expected = named(words, {"http.user_agent": "curl/8", "swift.trans_id": "tx1"})
    assert {key: tags[key] for key in tags if "agent" in key or "swift" in key} == expected


@pytest.mark.parametrize("status", [200, 503])
def test_an_asgi_request(enable, words, status):
    traced = enable(words)
    start = {**test_asgi.START, "status": status}
    test_asgi.Server().run(test_asgi.sending(start, test_asgi.BODY))
    expected = {"http.method": "GET", "http.path": "/a/b", "http.status_code": str(status)}
    if status == 503:
        expected["error"] = "503"
    stable = {"error.type": "503"} if status == 503 else {}
    assert tags_of(traced) == named(words, expected, stable)


def test_a_websocket_that_is_closed_with_an_error(enable, words):
    traced = enable(words)
    messages = [{"type": "websocket.accept"}, {"type": "websocket.close", "code": 1011}]
    server = test_asgi.Server(test_asgi.scope_of("websocket"))
    server.run(test_asgi.sending(*messages))
    expected = {
        "http.path": "/a/b",
        "http.status_code": "101",
        "websocket.close_code": "1011",
        "error": "closed with 1011",
    }
    assert tags_of(traced) == named(words, expected, {"error.type": "1011"})


@pytest.mark.parametrize("legacy_tags", [False, True])
def test_a_request_to_eventlet(http_collector, words, legacy_tags, path):
    options = {"endpoint": http_collector.endpoint, "legacy_tags": legacy_tags, "monkey": False}
    environment = {} if words is None else {VARIABLE: words}
    program = Path(__file__).parent / "programs" / "wsgi_service.py"
    arguments = json.dumps({**options, "service_name": "tested"})
    with services.running(program, arguments, environment=environment) as service:
        assert service.get(f"/plain/{path}?a=b")[0] == 200

        def mine(spans):
            return [span for span in spans if f"/plain/{path}" in span["tags"].values()]

        (span,) = mine(http_collector.wait_for(mine))
        assert service.ask("/state")["faults"] == {}
    expected = {"http.method": "GET", "http.path": f"/plain/{path}", "http.status_code": "200"}
    uri = {"http.uri": f"/plain/{path}?a=b"} if legacy_tags else {}
    stable = {"url.query": "a=b"} if legacy_tags else {}  # where the query is recorded
    assert span["tags"] == named(words, expected, stable) | uri


def test_a_route_keeps_its_name(enable, words):
    traced = enable(words)
    application = flask_application()
    application.add_url_rule("/raise", view_func=lambda: 1 / 0)
    assert ask(clew.wsgi(application), "/raise") == 500
    expected = {
        "http.method": "GET",
        "http.path": "/raise",
        "http.route": "/raise",
        "http.status_code": "500",
        "error": "ZeroDivisionError: division by zero",
    }
    assert tags_of(traced) == named(words, expected, {"error.type": "ZeroDivisionError"})
    assert only(traced)["name"] == "get /raise"


# Clients.


def by_http_client(address, target):
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request("GET", target)
        return connection.getresponse().status
    finally:
        connection.close()


def by_httpx(address, target):
    with httpx.Client() as client:
        return client.get(f"http://{address}{target}").status_code


def by_async_httpx(address, target):
    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get(f"http://{address}{target}")).status_code

    return asyncio.run(main())


def by_aiohttp(address, target):
    async def main():
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{address}{target}") as response:
                return response.status

    return asyncio.run(main())


def by_requests(address, target):
    return requests.get(f"http://{address}{target}", timeout=20).status_code


CLIENTS = {
    "http.client": by_http_client,
    "httpx": by_httpx,
    "httpx, async": by_async_httpx,
    "aiohttp": by_aiohttp,
    "requests": by_requests,
}


@pytest.fixture(params=CLIENTS)
def call(request):
    return CLIENTS[request.param]


def server_of(address):
    host, port = address.rsplit(":", 1)
    return {"server.address": host, "server.port": port}


@pytest.mark.parametrize("status", [200, 404])
def test_a_call(enable, words, call, echo, path, status):
    traced = enable(words)
    target = f"/status/{status}/{path}"
    assert call(echo.address, target + "?password=secret") == status
    expected = {"http.method": "GET", "http.path": target, "http.status_code": str(status)}
    stable = server_of(echo.address)
    if status == 404:
        expected["error"] = stable["error.type"] = "404"
    span = only(traced)
    assert span["tags"] == named(words, expected, stable)
    assert "secret" not in str(span)


def test_a_call_that_finds_nobody(enable, words, call, unused_port):
    traced = enable(words)
    address = f"127.0.0.1:{unused_port}"
    with pytest.raises((OSError, httpx.TransportError)):
        call(address, "/x")
    tags = tags_of(traced)
    kind = tags["error"].partition(":")[0]
    expected = {"http.method": "GET", "http.path": "/x", "error": tags["error"]}
    stable = {**server_of(address), "error.type": kind}
    hidden = {} if words == "http" else {"http.host": address}
    assert tags == named(words, expected, stable) | hidden


def test_a_call_through_a_proxy_is_to_the_origin(enable, words):
    traced = enable(words)
    with answering(OK) as proxy:
        proxies = {"all": f"http://{proxy.address}"}
        requests.get("http://[2001:db8::1]/x", proxies=proxies, timeout=20)
    expected = {"http.method": "GET", "http.path": "/x", "http.status_code": "200"}
    hidden = {} if words == "http" else {"http.host": "[2001:db8::1]"}
    stable = {"server.address": "2001:db8::1", "server.port": "80"}
    assert tags_of(traced) == named(words, expected, stable) | hidden


def test_what_http_client_gives_up_has_its_cause(enable):
    traced = enable("http")
    with answering(CLOSE) as server:
        connection = http.client.HTTPConnection(server.address, timeout=20)
        connection.request("GET", "/x")
        with pytest.raises(TypeError):
            connection.getresponse(1, 2)
        connection.close()
    assert tags_of(traced)["error.type"] == "TypeError"


# What an error is.


def wsgi_that_raises(environ, start_response):
    raise LookupError("x: y")


def wsgi_that_is_silent(environ, start_response):
    return [b""]


@pytest.mark.parametrize(
    ("application", "kind"), [(wsgi_that_raises, "LookupError"), (wsgi_that_is_silent, "_OTHER")]
)
def test_a_wsgi_request_that_fails_has_its_kind(enable, application, kind):
    traced = enable("http")
    try:
        test_wsgi.Server(application).run()
    except LookupError:
        pass
    assert tags_of(traced)["error.type"] == kind


def test_a_wsgi_response_that_is_cut_has_a_kind(enable):
    traced = enable("http")

    def application(environ, start_response):
        start_response("200 OK", [])
        yield b"1"
        yield b"2"

    body = test_wsgi.Server(application).call()
    next(iter(body))
    body.close()
    assert tags_of(traced)["error.type"] == "_OTHER"


def test_an_asgi_application_that_raises_has_its_kind(enable):
    traced = enable("http")

    async def application(scope, receive, send):
        raise LookupError

    with pytest.raises(LookupError):
        test_asgi.Server().run(application)
    assert tags_of(traced)["error.type"] == "LookupError"


def test_spans_of_the_application_have_no_kind(enable):
    traced = enable("http")
    with pytest.raises(ValueError, match="x"), clew.span("mine"):
        raise ValueError("x")
    assert tags_of(traced) == {"error": "ValueError: x"}


# The choice.


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("", None),
        ("http", "http"),
        (" http , database", "http"),
        ("http,http/dup", "http/dup"),
        ("http/dup,http", "http/dup"),
        ("database,database/dup,gen_ai_latest,HTTP,,htpp", None),
    ],
)
def test_the_variable_is_a_list(enable, value, name):
    enable(value)
    assert clew.session.active().conventions == name


def test_an_argument_wins(enable):
    traced = enable("http/dup", conventions="http")
    test_wsgi.Server(wsgi_application, test_wsgi.environ_of(path="/200")).run()
    assert "http.method" not in tags_of(traced)


@pytest.mark.parametrize(("value", "kind"), [("htpp", ValueError), (1, TypeError)])
def test_a_wrong_argument_is_refused(value, kind):
    with pytest.raises(kind, match="^conventions must be "):
        clew.enable(conventions=value)
    assert clew.session.active() is None


@pytest.mark.parametrize(("value", "kind"), [("database", ValueError), (1, TypeError)])
def test_a_tracer_refuses_what_it_does_not_know(value, kind):
    tracer = _native.Tracer("tested", "http://127.0.0.1:9")
    with pytest.raises(kind, match="^conventions must be "):
        tracer.use_conventions(value)
    tracer.close(0)


def test_a_tracer_of_ones_own_can_be_told(http_collector):
    tracer = _native.Tracer("tested", http_collector.endpoint)
    for name in ("http", "http/dup", None):
        tracer.use_conventions(name)
        span = tracer.receive_http("GET", "/a?b", {"HTTP_X_B3_SAMPLED": "1"}, None)
        span.tag_http("net.peer.port", 80)
        span.error("x", "kind")
        span.finish()
    stable, both, zipkin = (span["tags"] for span in http_collector.finished(tracer))
    old = {"http.method": "GET", "http.path": "/a", "net.peer.port": "80", "error": "x"}
    new = {"http.request.method": "GET", "url.path": "/a", "server.port": "80"}
    new |= {"error": "x", "error.type": "kind"}
    assert (zipkin, stable, both) == (old, new, old | new)
    tracer.close()
