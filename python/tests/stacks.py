# SPDX-License-Identifier: Apache-2.0
"""Starts a server with a framework's application (programs/stack_applications.py), asks it, and
checks the spans: what test_stacks.py does for a few pairs and long/test_all_stacks.py for all.
"""

import http.client
import os
import socket
import sys

import collectors
import services

PATH = {"PYTHONPATH": os.pathsep.join(["programs", *os.environ.get("PYTHONPATH", "").split(":")])}
APPLICATION = "stack_applications:application"
# The route of /hello/world as each framework spells it; none where there is no framework.
ROUTES = {
    "plain_wsgi": None,
    "plain_asgi": None,
    "flask": "/hello/<name>",
    "django_wsgi": "/hello/<str:name>",
    "django_asgi": "/hello/<str:name>",
    "falcon_wsgi": "/hello/{name}",
    "falcon_asgi": "/hello/{name}",
    "bottle": "/hello/<name>",
    "pyramid": "/hello/{name}",
    "routes": "/hello/{name}",
    "starlette": "/hello/{name}",
    "fastapi": "/hello/{name}",
}
# What fails in place of the application: untraced too, uWSGI's start_response raises this where it
# is given exc_info, as Bottle does.
ERRORS = {
    ("uwsgi", "bottle"): "SystemError: <built-in function uwsgi_spit> returned a result with an "
    "exception set",
}
ASGI = ("plain_asgi", "django_asgi", "falcon_asgi", "starlette", "fastapi")
WSGI = tuple(framework for framework in ROUTES if framework not in ASGI)
IN_PROGRAM = ("wsgiref", "werkzeug", "waitress", "cheroot", "eventlet", "unknown")
# {server: (command of its own, line that says its port)}
COMMANDS = {
    "gunicorn": (
        ["-m", "gunicorn", "--bind", "127.0.0.1:0", "--no-control-socket", APPLICATION],
        r"Listening at: http://127\.0\.0\.1:(\d+)",
    ),
    "uvicorn": (
        ["-m", "uvicorn", "--port", "0", APPLICATION],
        r"running on http://127\.0\.0\.1:(\d+)",
    ),
    "hypercorn": (
        ["-m", "hypercorn", "--bind", "127.0.0.1:0", APPLICATION],
        r"Running on http://127\.0\.0\.1:(\d+)",
    ),
    "daphne": (
        ["-m", "daphne", "-b", "127.0.0.1", "-p", "0", APPLICATION],
        r"Listening on TCP address 127\.0\.0\.1:(\d+)",
    ),
    "waitress-serve": (
        ["-m", "waitress", "--listen=127.0.0.1:{port}", APPLICATION],
        r"Serving on http://127\.0\.0\.1:(\d+)",
    ),
    # Debian's, with the packages of this interpreter, which has to be of the same version.
    "uwsgi": (
        [
            *("--plugin", "python3", "--virtualenv", sys.prefix, "--need-app", "--master"),
            *("--worker-reload-mercy", "5"),
            *("--http-socket", "127.0.0.1:{port}", "--chdir", "programs", "--die-on-term"),
            *("--processes", "2", "--module", APPLICATION),
        ],
        r"socket 0 bound to TCP address 127\.0\.0\.1:(\d+)",
    ),
    "flask run": (
        ["-m", "flask", "--app", APPLICATION, "run", "--port", "{port}"],
        r"Running on http://127\.0\.0\.1:(\d+)",
    ),
    "runserver": (
        ["programs/stack_manage.py", "runserver", "127.0.0.1:{port}"],
        r"server at http://127\.0\.0\.1:(\d+)/",
    ),
}


class Served(services.Service):
    """A program that says its port in words of its own."""

    def __init__(self, command, pattern, environment, before, program=None):
        self.pattern = pattern
        super().__init__(*command, environment=environment, before=before, program=program)

    def line_like(self, pattern, seconds=services.READY_SECONDS):
        return super().line_like(self.pattern, seconds)


def start(server, framework, is_two_lines, collector):
    environment = {
        **PATH,
        "CLEW_ENDPOINT": collector.endpoint,
        "CLEW_SERVICE_NAME": "stack",
        "CLEW_FLUSH_INTERVAL_MS": "20",
    }
    if is_two_lines:
        environment["STACK_TWO_LINES"] = "1"
    before = [] if is_two_lines else [services.CLEW_RUN]
    if server in IN_PROGRAM:
        words = ["programs/stack_applications.py", server, framework]
        return services.Service(*words, environment=environment, before=before)
    if server != "runserver":  # which configures Django itself
        environment["STACK_FRAMEWORK"] = framework
    command, pattern = COMMANDS[server]
    words = [word.replace("{port}", str(unused_port())) for word in command]
    program = "uwsgi" if server == "uwsgi" else None
    return Served(words, pattern, environment, before, program)


def unused_port():
    """For those who cannot say which one they got: free a moment ago."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def check(server, framework, is_two_lines):
    """One SERVER span for each request, with the framework's name, route and exception."""
    collector = collectors.HttpCollector()
    program = start(server, framework, is_two_lines, collector)
    try:
        answers = {path: ask(program, path) for path in ("/hello/world", "/raise", "/none/at/all")}
        spans = {path: collector.one("SERVER", path) for path in answers}
    except AssertionError as error:
        raise AssertionError(f"{error}\n{program.stop()}") from error
    finally:
        said = program.stop()
        collector.close()
    assert "tracing failed" not in said, said
    assert "clew: " not in said, said
    error = ERRORS.get((server, framework), "RuntimeError: kaput")
    check_spans(spans, answers, ROUTES[framework], error)
    assert len([span for span in collector.spans() if span["kind"] == "SERVER"]) == len(spans)


def ask(program, path):
    """The status; None where the server closes the connection without an answer."""
    try:
        return program.get(path)[0]
    except http.client.RemoteDisconnected:
        return None


def check_spans(spans, answers, route, error):
    hello, failed, missing = (spans[path] for path in ("/hello/world", "/raise", "/none/at/all"))
    assert hello["tags"]["http.status_code"] == str(answers["/hello/world"]) == "200"
    assert hello["tags"].get("http.route") == route
    assert hello["name"] == (f"get {route}" if route else "get")
    assert "error" not in hello["tags"]
    assert failed["tags"]["error"] == error
    assert failed["tags"].get("http.route") == ("/raise" if route else None)
    assert (missing["name"], missing["tags"]["http.status_code"]) == ("get", "404")
    assert "http.route" not in missing["tags"]
    assert "error" not in missing["tags"]
