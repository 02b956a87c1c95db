# SPDX-License-Identifier: Apache-2.0
"""What frameworks say of a request, where it is out of the ordinary: applications inside of each
other, exceptions that the application answers, names that it gives itself, requests made by
hand. Method: the applications are called in this process, as servers call them.
"""

import asyncio
import io

import pytest

import clew
from clew import hooks


@pytest.fixture
def armed(http_collector):
    """Tracing with all hooks of clew-run; the collector."""
    http_collector.tracer = clew.enable(
        service_name="tested",
        endpoint=http_collector.endpoint,
        flush_interval_ms=20,
        hooks=hooks.WITHOUT_CODE,
    )
    yield http_collector
    clew.disable()


def ask(application, path, **more):
    """The status of a WSGI request."""
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "a",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **more,
    }
    seen = []
    body = application(environ, lambda status, headers, reason=None: seen.append(status))
    b"".join(body)
    getattr(body, "close", int)()
    return int(seen[-1][:3])


def ask_asgi(application, path, **more):
    """The status of an ASGI request."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "client": None,
        "server": None,
        **more,
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    asyncio.run(application(scope, receive, send))
    return sent[0]["status"]


def flask_application():
    from flask import Flask

    application = Flask("tested")

    @application.route("/<name>/x")
    def hello(name):
        return "hello"

    return application


def only(collector):
    (span,) = collector.finished()
    return span


def test_an_application_below_another_is_one_span_named_by_both(armed):
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    outer, inner = flask_application(), flask_application()
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/below": inner})
    assert ask(outer, "/below/me/x") == 200
    assert only(armed)["tags"]["http.route"] == "/below/<name>/x"


def test_a_copy_of_the_environ_is_the_same_request(armed):
    inner = flask_application()

    def copying(environ, start_response):
        with clew.span("between"):
            return inner(dict(environ), start_response)

    assert ask(clew.wsgi(copying), "/me/x") == 200
    spans = {span.get("kind"): span for span in armed.finished()}
    assert len(armed.finished()) == 2
    assert spans["SERVER"]["name"] == "get /<name>/x"


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_path_to_skip_is_skipped_by_the_framework_too(armed, is_wrapped):
    application = flask_application()
    application.wsgi_app = clew.wsgi(application.wsgi_app, skip=["/me"])
    assert ask(clew.wsgi(application, skip=["/me"]), "/me/x") == 200
    assert armed.finished() == []


def test_a_request_that_is_made_within_a_request_is_of_it(armed):
    application = flask_application()

    @application.route("/outer")
    def outer():
        return application.test_client().get("/me/x").data

    assert ask(application, "/outer") == 200
    names = [span["name"] for span in armed.finished()]
    assert "get /outer" in names


def test_an_exception_that_the_application_answers_is_an_error_by_its_status(armed):
    application = flask_application()

    @application.route("/<int:status>")
    def fail(status):
        raise LookupError(status)

    @application.errorhandler(LookupError)
    def answer(error):
        return "answered", error.args[0]

    assert [ask(application, f"/{status}") for status in (404, 503)] == [404, 503]
    assert [span["tags"].get("error") for span in armed.finished()] == [None, "LookupError: 503"]


def test_another_path_that_is_looked_up_does_not_rename_the_span(armed):
    from flask import request
    from flask.globals import request_ctx

    application = flask_application()

    @application.route("/look")
    def look():
        assert request.path == "/look"
        assert request_ctx.url_adapter.match("/me/x")[0] == "hello"
        assert request_ctx.url_adapter.match("/me/x", return_rule=True)[0].endpoint == "hello"
        return "looked"

    assert ask(application, "/look") == 200
    assert only(armed)["name"] == "get /look"


def test_a_name_that_the_view_gives_stays(armed):
    application = flask_application()

    @application.route("/named")
    def named():
        clew.current().set_name("mine")
        return "named"

    assert ask(application, "/named") == 200
    span = only(armed)
    assert (span["name"], span["tags"]["http.route"]) == ("mine", "/named")


def test_routes_are_told_below_script_name(armed):
    assert ask(flask_application(), "/me/x", SCRIPT_NAME="/caf\u00c3\u00a9") == 200
    assert only(armed)["tags"]["http.route"] == "/caf\u00e9/<name>/x"


def test_the_request_is_no_less_served_by_an_odd_span(armed):
    """Somebody else's key of the same name."""
    assert ask(flask_application(), "/me/x", **{"clew.span": None}) == 200
    assert armed.finished() == []


def test_bottle_below_bottle_is_named_by_both(armed):
    import bottle

    outer, inner = bottle.Bottle(), bottle.Bottle()
    inner.route("/<name>/x", callback=lambda name: "hello")
    outer.mount("/below/", inner)
    assert ask(outer, "/below/me/x") == 200
    assert only(armed)["tags"]["http.route"] == "/below/<name>/x"


def test_an_http_error_of_bottle_is_its_status(armed):
    import bottle

    application = bottle.Bottle()
    application.route("/none", callback=lambda: bottle.abort(404, "none"))
    application.route("/busy", callback=lambda: bottle.abort(503, "busy"))
    assert [ask(application, path) for path in ("/none", "/busy")] == [404, 503]
    assert [span["tags"].get("error") for span in armed.finished()] == [None, "503"]


def test_starlette_below_starlette_is_one_span_with_both_templates(armed):
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Mount, Route

    async def hello(request):
        return PlainTextResponse("hello")

    inner = Starlette(routes=[Route("/{name}", hello)])
    outer = Starlette(routes=[Mount("/of/{user}", app=inner)])
    assert ask_asgi(outer, "/of/7/me") == 200
    assert only(armed)["tags"]["http.route"] == "/of/{user}/{name}"
    assert ask_asgi(outer, "/of/7/me/more") == 404
    assert armed.finished()[-1]["tags"]["http.route"] == "/of/{user}"


def test_a_router_that_fastapi_includes_is_told_with_its_prefix(armed):
    from fastapi import APIRouter, FastAPI, HTTPException

    application, router = FastAPI(), APIRouter(prefix="/items")

    @router.get("/{item}")
    def read(item: str):
        if item == "busy":
            raise HTTPException(503)
        return item

    application.include_router(router, prefix="/v1")
    assert ask_asgi(application, "/v1/items/5") == 200
    assert only(armed)["name"] == "get /v1/items/{item}"
    assert ask_asgi(application, "/v1/items/busy") == 503
    assert armed.finished()[-1]["tags"]["error"] == "503"


@pytest.mark.parametrize(
    ("path", "root", "route"),
    [("/base/me/x", "/base", "/base/{name}/x"), ("/me/x", "/cut/off", "/{name}/x")],
)
def test_a_root_path_is_told_if_it_was_asked_for(armed, path, root, route):
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(request):
        return PlainTextResponse("hello")

    application = Starlette(routes=[Route("/{name}/x", hello)])
    assert ask_asgi(application, path, root_path=root) == 200
    assert only(armed)["tags"]["http.route"] == route


def test_names_and_errors_need_no_hook_that_makes_spans(traced):
    application = clew.wsgi(flask_application())
    assert ask(application, "/me/x") == 200
    assert only(traced)["name"] == "get /<name>/x"


def test_without_a_span_a_framework_says_nothing(traced):
    assert ask(flask_application(), "/me/x") == 200
    assert traced.finished() == []


def test_a_request_that_is_not_sampled_is_served(http_collector):
    clew.enable(endpoint=http_collector.endpoint, sample_rate=0, hooks=hooks.WITHOUT_CODE)
    assert ask(flask_application(), "/me/x") == 200
    clew.disable()
    assert ask(flask_application(), "/me/x") == 200
    assert http_collector.spans() == []


@pytest.mark.parametrize(
    ("path", "arguments", "route"),
    [
        ("/v2/images/7", ((), {"image_id": "7", "controller": "c"}), "/v2/images/{image_id}"),
        ("/v2/images/7/tags/7", ((), {"a": "7", "b": "7"}), "/v2/images/{a}/tags/{b}"),
        ("/objects/a/b/c", ((), {"path": "a/b/c"}), "/objects/{path}"),
        ("/of/x", (("x",), {}), "/of/{0}"),
        ("/all", ((), {"action": "list"}), "/all"),
        ("/", ((), {"action": "list"}), "/"),
        ("/images/7.json", ((), {"id": "7", "format": "json"}), None),
        ("/none", ((), {}), None),
        ("/none", "nonsense", None),
        ("/none", None, None),
    ],
)
def test_what_a_router_leaves_in_the_environ_is_a_route(http_collector, path, arguments, route):
    def application(environ, start_response):
        environ["wsgiorg.routing_args"] = arguments
        start_response("200 OK", [])
        return [b""]

    clew.enable(service_name="tested", endpoint=http_collector.endpoint)
    assert ask(clew.wsgi(application), path) == 200
    clew.disable()
    (span,) = http_collector.spans()
    assert span["tags"].get("http.route") == route
    assert span["name"] == (f"get {route}" if route else "get")
