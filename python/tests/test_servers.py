# SPDX-License-Identifier: Apache-2.0
"""clew.wsgi() and clew.asgi() under the servers that people run. Method: the real servers as their
own processes, asked over real sockets; spans as a collector receives them.
"""

import http.client
import os
import re
import sys

import pytest
import services

GUNICORN = ["-m", "gunicorn", "--bind", "127.0.0.1:0", "--log-level", "info", "--no-control-socket"]
# The application's folder, before what a sanitizer's build may have there already.
PYTHONPATH = os.pathsep.join(["programs", *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
TRACE = "463ac35c9f6413ad48485a3953bb6124"


class Served(services.Service):
    """A program that says its port in words of its own."""

    def __init__(self, command, pattern, environment):
        self.pattern = pattern
        super().__init__(*command, environment=environment)

    def line_like(self, pattern, seconds=services.READY_SECONDS):
        return super().line_like(self.pattern, seconds)


def start(command, collector, pattern, more=None):
    environment = {"CLEW_ENDPOINT": collector.endpoint, "PYTHONPATH": PYTHONPATH, **(more or {})}
    return Served(command, pattern, environment)


COMMANDS = {
    "gunicorn sync": [*GUNICORN, "--workers", "2", "wsgi_application:application"],
    "gunicorn preload": [*GUNICORN, "--preload", "wsgi_application:application"],
    "gunicorn threads": [*GUNICORN, "--threads", "4", "wsgi_application:application"],
    "gunicorn eventlet": [
        *GUNICORN,
        "--workers",
        "2",
        "--worker-class",
        "eventlet",
        "wsgi_application:application",
    ],
    "uvicorn": ["-m", "uvicorn", "--port", "0", "wsgi_application:asgi"],
}
PORT = r"(?:Listening at|running on):? http://127\.0\.0\.1:(\d+)"


@pytest.fixture(scope="module", params=COMMANDS)
def server(request):
    import collectors

    collector = collectors.HttpCollector()
    served = start(COMMANDS[request.param], collector, PORT)
    served.name = request.param
    served.collector = collector
    yield served
    output = served.stop()
    collector.close()
    assert "tracing failed" not in output
    assert "multi-threaded" not in output  # of os.fork(), from Python 3.12 on


def test_a_request_is_one_server_span_of_the_callers_trace(server, path):
    span_id = "a2fb4a1d1a96d312"
    found = server.ask(f"/context/{path}?secret", {"b3": f"{TRACE}-{span_id}-1"})
    assert (found["trace_id"], found["span_id"]) == (TRACE, span_id)
    span = server.collector.one("SERVER", f"/context/{path}")
    assert (span["name"], span["id"], span["shared"]) == ("get", span_id, True)
    assert span["tags"]["http.status_code"] == "200"
    assert span["localEndpoint"]["serviceName"] == "served"
    assert span["remoteEndpoint"]["ipv4"] == "127.0.0.1"


def test_a_streamed_response_is_one_span(server, path):
    assert server.get(f"/stream/{path}") == (200, b"onetwo")
    assert "error" not in server.collector.one("SERVER", f"/stream/{path}")["tags"]


def test_an_application_that_raises_is_an_error(server, path):
    try:
        assert server.get(f"/raise/{path}")[0] == 500
    except http.client.RemoteDisconnected:
        assert server.name == "gunicorn eventlet"
    span = server.collector.one("SERVER", f"/raise/{path}")
    assert span["tags"]["error"] == "ValueError: as asked"


def test_a_file_is_sent_whole(server, path):
    if server.name == "uvicorn":
        assert server.get(f"/plain/{path}") == (200, b"hello")
        return
    program = (services.TESTS / "programs/wsgi_application.py").read_bytes()
    assert server.get(f"/file/{path}") == (200, program)
    assert "error" not in server.collector.one("SERVER", f"/file/{path}")["tags"]


def test_the_path_is_as_it_was_sent(server, path):
    server.get(f"/context/{path}/%C3%BC%20a")
    assert server.collector.one("SERVER", f"/context/{path}/%C3%BC%20a")


def test_no_thread_is_there_when_a_worker_is_forked(server, path):
    found = server.ask(f"/context/{path}")
    if server.name.startswith("gunicorn"):
        assert found["at_start"] == 1
        assert found["master"] == 1
        assert found["pid"] != server.child.pid


def test_a_call_of_the_application_is_below_its_request(server, echo, path):
    if server.name == "uvicorn":
        return
    assert server.get(f"/call/{path}?http://{echo.address}/{path}") == (200, b"ok")
    inner = server.collector.one("CLIENT", f"/{path}")
    outer = server.collector.one("SERVER", f"/call/{path}")
    assert (inner["traceId"], inner["parentId"]) == (outer["traceId"], outer["id"])
    assert echo.headers_of(f"/{path}")["x-b3-spanid"] == [inner["id"]]


def test_the_eventlet_server_and_the_middleware_make_one_span(scribe):
    script = """
import json, sys
import eventlet
from eventlet import wsgi
import clew
from clew import faults
from clew.eventlet import patcher

def application(environ, start_response):
    start_response("200 OK", [])
    return [clew.current().span_id.encode()]

patcher.enable_trace_patch(endpoint=sys.argv[1], service_name="a", flush_interval_ms=20)
sock = eventlet.listen(("127.0.0.1", 0))
eventlet.spawn(wsgi.server, sock, clew.wsgi(clew.wsgi(application)), log_output=False)
from eventlet.green.http import client
connection = client.HTTPConnection("127.0.0.1", sock.getsockname()[1])
for number in range(3):
    connection.request("GET", f"/{number}")
    assert len(connection.getresponse().read()) == 16
assert patcher.active_tracer().flush(20)
assert faults.counts() == {}
"""
    services.run_script(script, scribe.endpoint)
    spans = [span for span in scribe.spans() if span["kind"] == "SERVER"]
    assert sorted(span["tags"]["http.path"] for span in spans) == ["/0", "/1", "/2"]


def test_the_servers_are_the_ones_that_are_pinned():
    import gunicorn
    import uvicorn

    pinned = (services.TESTS / "requirements.txt").read_text()
    for module in (gunicorn, uvicorn):
        assert re.search(f"^{module.__name__}=={re.escape(module.__version__)}$", pinned, re.M)
    assert sys.version_info >= (3, 10)
