# SPDX-License-Identifier: Apache-2.0
"""One application for each framework, all with the same three paths: /hello/NAME answers, /raise
raises, everything else is not found. `python stack_applications.py SERVER FRAMEWORK` serves one;
other servers load `application` by the name of the framework in STACK_FRAMEWORK.

With STACK_TWO_LINES the program traces itself, by two lines; else it knows nothing of tracing.
"""

import os
import signal
import sys

WORDS = "kaput"
TWO_LINES = os.environ.get("STACK_TWO_LINES") == "1"

if TWO_LINES:
    import clew

    clew.enable(flush_interval_ms=20)


def plain_wsgi():
    def application(environ, start_response):
        path = environ["PATH_INFO"]
        if path == "/raise":
            raise RuntimeError(WORDS)
        found = path.startswith("/hello/")
        start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain")])
        return [b"hello" if found else b"none"]

    return application


def plain_asgi():
    async def application(scope, receive, send):
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": message["type"] + ".complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/raise":
            raise RuntimeError(WORDS)
        found = scope["path"].startswith("/hello/")
        start = {"type": "http.response.start", "status": 200 if found else 404, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": b"hello" if found else b"none"})

    return application


def flask():
    from flask import Flask

    application = Flask("stack")

    @application.route("/hello/<name>")
    def hello(name):
        return "hello"

    @application.route("/raise")
    def fail():
        raise RuntimeError(WORDS)

    return application


def configure_django():
    from django.conf import settings

    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="stack_urls",
        SECRET_KEY="x",
        LOGGING_CONFIG=None,
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
    )
    import django

    django.setup()


def django_wsgi():
    configure_django()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def django_asgi():
    configure_django()
    from django.core.asgi import get_asgi_application

    return get_asgi_application()


def falcon_wsgi():
    import falcon

    class Hello:
        def on_get(self, request, response, name):
            response.text = "hello"

    class Fail:
        def on_get(self, request, response):
            raise RuntimeError(WORDS)

    application = falcon.App()
    application.add_route("/hello/{name}", Hello())
    application.add_route("/raise", Fail())
    return application


def falcon_asgi():
    import falcon.asgi

    class Hello:
        async def on_get(self, request, response, name):
            response.text = "hello"

    class Fail:
        async def on_get(self, request, response):
            raise RuntimeError(WORDS)

    application = falcon.asgi.App()
    application.add_route("/hello/{name}", Hello())
    application.add_route("/raise", Fail())
    return application


def bottle():
    from bottle import Bottle

    application = Bottle()

    @application.route("/hello/<name>")
    def hello(name):
        return "hello"

    @application.route("/raise")
    def fail():
        raise RuntimeError(WORDS)

    return application


def pyramid():
    from pyramid.config import Configurator
    from pyramid.response import Response

    def hello(request):
        return Response("hello")

    def fail(request):
        raise RuntimeError(WORDS)

    def answer(error, request):
        return Response("failed", status=500)

    with Configurator() as config:
        config.add_route("hello", "/hello/{name}")
        config.add_route("fail", "/raise")
        config.add_view(hello, route_name="hello")
        config.add_view(fail, route_name="fail")
        config.add_exception_view(answer, context=RuntimeError)
        return config.make_wsgi_app()


def routes():
    """As services of OpenStack are built: a mapper, and below it what it has chosen."""
    from routes import Mapper
    from routes.middleware import RoutesMiddleware

    def dispatch(environ, start_response):
        match = environ["wsgiorg.routing_args"][1]
        if match.get("action") == "fail":
            raise RuntimeError(WORDS)
        start_response("200 OK" if match else "404 Not Found", [("Content-Type", "text/plain")])
        return [b"hello" if match else b"none"]

    mapper = Mapper()
    mapper.connect("/hello/{name}", action="hello")
    mapper.connect("/raise", action="fail")
    return RoutesMiddleware(dispatch, mapper, use_method_override=False, singleton=False)


def starlette():
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def hello(request):
        return PlainTextResponse("hello")

    async def fail(request):
        raise RuntimeError(WORDS)

    return Starlette(routes=[Route("/hello/{name}", hello), Route("/raise", fail)])


def fastapi():
    from fastapi import FastAPI

    application = FastAPI()

    @application.get("/hello/{name}")
    async def hello(name: str):
        return "hello"

    @application.get("/raise")
    def fail():
        raise RuntimeError(WORDS)

    return application


ASGI = ("plain_asgi", "django_asgi", "falcon_asgi", "starlette", "fastapi")


def build(framework):
    """The application of a framework; wrapped where the program traces itself."""
    application = globals()[framework]()
    if not TWO_LINES:
        return application
    return clew.asgi(application) if framework in ASGI else clew.wsgi(application)


def serve_wsgiref(application):
    from wsgiref.simple_server import make_server

    server = make_server("127.0.0.1", 0, application)
    print("port", server.server_port, flush=True)
    server.serve_forever()


def serve_werkzeug(application):
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, application, threaded=True)
    print("port", server.port, flush=True)
    server.serve_forever()


def serve_waitress(application):
    from waitress.server import create_server

    server = create_server(application, host="127.0.0.1", port=0)
    print("port", server.effective_port, flush=True)
    server.run()


def serve_cheroot(application):
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", 0), application)
    server.prepare()
    print("port", server.bind_addr[1], flush=True)
    server.serve()


def serve_eventlet(application):
    import eventlet
    from eventlet import wsgi

    listener = eventlet.listen(("127.0.0.1", 0))
    print("port", listener.getsockname()[1], flush=True)
    wsgi.server(listener, application, log_output=False)


def serve_unknown(application):
    """A server that nobody knows: WSGI by the standard's own example, in a few lines."""
    import io
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            head = []

            def start_response(status, headers, reason=None):
                head[:] = [status, headers]

            environ = {
                "REQUEST_METHOD": "GET",
                "SCRIPT_NAME": "",
                "PATH_INFO": self.path,
                "QUERY_STRING": "",
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": str(self.server.server_port),
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "127.0.0.1",
                "wsgi.version": (1, 0),
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(),
                "wsgi.errors": sys.stderr,
                "wsgi.multithread": True,
                "wsgi.multiprocess": False,
                "wsgi.run_once": False,
            }
            try:
                body = application(environ, start_response)
                parts = b"".join(body)
                getattr(body, "close", int)()
            except Exception:
                head[:] = ["500 Internal Server Error", []]
                parts = b"failed"
            self.send_response(int(head[0][:3]))
            self.send_header("Content-Length", str(len(parts)))
            self.end_headers()
            self.wfile.write(parts)

        def log_message(self, *_):
            pass

    # A shell's background job starts with Ctrl-C ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print("port", server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    # manage.py and Django's urls find it by its name.
    sys.modules["stack_applications"] = sys.modules["__main__"]
    globals()[f"serve_{sys.argv[1]}"](build(sys.argv[2]))
elif "STACK_FRAMEWORK" in os.environ:
    application = build(os.environ["STACK_FRAMEWORK"])
