# SPDX-License-Identifier: Apache-2.0
"""Each line that docs/guides/python_trouble.md shows is what a real program prints on stderr, once,
without any logging configured. Method: collectors on the ports of the guide, at an address of this
machine that is this test's own.
"""

import contextlib
import http.server
import os
import re
import socket
import subprocess
import sys
import threading

import pytest
import services

GUIDE = services.TESTS.parents[1] / "docs/guides/python_trouble.md"
LINES = re.findall(r"^```text\n(.*)\n```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
# All of 127/8 is this machine; of this process, so that others may listen on these ports, too.
HOST = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}.9"

ENDS_SOON = """
import clew
clew.enable(service_name="a")
for _ in range(3):
    clew.span("a").finish()
"""
GOES_ON = """
import time, clew
tracer = clew.enable(service_name="a", flush_interval_ms=5)
clew.span("a").finish()
deadline = time.monotonic() + 30
while not tracer.stats()["messages_failed"] and time.monotonic() < deadline:
    time.sleep(0.01)
for _ in range(20):
    clew.span("b").finish()
"""
PATCHED = """
import time
from clew.eventlet import patcher
patcher.enable_trace_patch(host="{host}", service_name="a", flush_interval_ms=5)
tracer = patcher.active_tracer()
for _ in range(2):
    tracer.start("a").finish()
    tracer.flush(5)
"""
COMES_BACK = """
import socket, subprocess, sys, time, clew
tracer = clew.enable(service_name="a", flush_interval_ms=5)
clew.span("a").finish()
deadline = time.monotonic() + 30
while not tracer.stats()["messages_failed"] and time.monotonic() < deadline:
    time.sleep(0.01)
clew.span("a").finish()
print("away", flush=True)
sys.stdin.readline()
while not tracer.stats()["messages_sent"] and time.monotonic() < deadline:
    time.sleep(0.01)
clew.span("a").finish()
"""
ASKS = """
import http.client
connection = http.client.HTTPConnection("127.0.0.1", {port})
try:
    connection.request("GET", "/")
except OSError:
    pass
"""
WRONG_KIND = """import clew
clew.enable(service_name="a")
for _ in range(3):
    clew.span("a", kind="bogus").finish()
"""


def environment(**variables):
    return {**services.clean_environment(), **variables}


def told(text, command=(sys.executable, "-c"), folder=services.TESTS, **variables):
    """The lines on stderr of a Python program, with the guide's addresses."""
    done = subprocess.run(
        [*command, text],
        capture_output=True,
        text=True,
        timeout=services.READY_SECONDS,
        cwd=folder,
        env=environment(**variables),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return as_in_the_guide(done.stderr)


def as_in_the_guide(text):
    return text.replace(HOST, "127.0.0.1").splitlines()


@contextlib.contextmanager
def listening(port):
    """Takes connections and never says a word."""
    with socket.create_server((HOST, port)):
        yield


class Refusing(http.server.BaseHTTPRequestHandler):
    """A web server that has no path for spans; with `takes`, a collector."""

    protocol_version = "HTTP/1.1"
    takes = False

    def do_POST(self):  # noqa: N802
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202 if self.takes else 404)
        body = b"" if self.takes else b"no such path"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Taking(Refusing):
    takes = True


@contextlib.contextmanager
def serving(handler):
    server = http.server.ThreadingHTTPServer((HOST, 9411), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def in_the_guide(start):
    """The one line of the guide that begins so."""
    (line,) = [line for line in LINES if line.startswith(start)]
    return line


HTTP = f"http://{HOST}:9411/api/v2/spans"


def test_nobody_listens():
    expected = in_the_guide("clew cannot send spans to http://127.0.0.1:9411/api/v2/spans: conn")
    assert told(GOES_ON, CLEW_ENDPOINT=HTTP) == [expected]


def test_nobody_listens_to_a_program_that_ends_soon():
    expected = in_the_guide("clew lost 3 spans on the way to http://127.0.0.1:9411/")
    assert told(ENDS_SOON, CLEW_ENDPOINT=HTTP) == [expected]


def test_nobody_listens_for_scribe():
    expected = in_the_guide("clew cannot send spans to scribe://127.0.0.1:9410: ")
    # Those of eventlet, which is out of fashion.
    assert told(PATCHED.format(host=HOST), PYTHONWARNINGS="ignore") == [expected]


def test_the_port_is_scribes():
    expected = in_the_guide("clew lost 3 spans on the way to http://127.0.0.1:9410/")
    with listening(9410):
        assert told(ENDS_SOON, CLEW_ENDPOINT=f"http://{HOST}:9410") == [expected]


def test_the_path_is_not_there():
    expected = in_the_guide("clew cannot send spans to http://127.0.0.1:9411/spans: ")
    with serving(Refusing):
        assert told(GOES_ON, CLEW_ENDPOINT=f"http://{HOST}:9411/spans") == [expected]


def test_the_name_is_not_known():
    expected = in_the_guide("clew cannot send spans to http://zipkin.invalid:9411/")
    (line,) = told(GOES_ON, CLEW_ENDPOINT="http://zipkin.invalid")
    # What a resolver says depends on the machine: without a network it is another sentence.
    begin, end = expected.split("Name or service not known")
    assert line.startswith(begin)
    assert line.endswith(end)


def test_it_works_again():
    child = subprocess.Popen(
        [sys.executable, "-c", COMES_BACK],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=services.TESTS,
        env=environment(CLEW_ENDPOINT=HTTP),
    )
    assert child.stdout.readline() == "away\n"
    with serving(Taking):
        _, text = child.communicate("go\n", timeout=services.READY_SECONDS)
    away, back = as_in_the_guide(text)
    assert away.startswith("clew cannot send spans to ")
    assert re.sub(r"after \d+ s", "after 0 s", back) == in_the_guide("clew sends spans to ")


def test_a_program_under_clew_run_reads_the_same_line_once(unused_port):
    expected = in_the_guide("clew lost 3 spans on the way to http://127.0.0.1:9411/")
    run = (services.CLEW_RUN, sys.executable, "-c")
    lines = told(ASKS.format(port=unused_port), run, CLEW_ENDPOINT=HTTP)
    assert lines == [expected.replace("3 spans", "1 span").replace("3 had", "1 had")]


def test_a_setting_is_wrong_under_clew_run(tmp_path):
    (tmp_path / "app.py").write_text("import http.client\n")
    run = (services.CLEW_RUN, sys.executable)
    lines = told("app.py", run, tmp_path, CLEW_ENDPOINT=f"{HOST}:9411")
    assert lines == [in_the_guide("clew: app.py runs untraced: ")]


def test_a_variable_is_misspelt(tmp_path):
    (tmp_path / "app.py").write_text("import http.client\n")
    run = (services.CLEW_RUN, sys.executable)
    expected = [in_the_guide("clew ignores the environment variable ")]
    assert told("app.py", run, tmp_path, CLEW_SAMPLERATE="0.1") == expected
    assert told("import clew; clew.enable()", CLEW_SAMPLERATE="0.1") == expected


def test_a_call_is_wrong(tmp_path):
    (tmp_path / "app.py").write_text(WRONG_KIND)
    lines = told("app.py", (sys.executable,), tmp_path)
    assert lines[0].replace(f"{tmp_path}/", "") == in_the_guide("tracing failed at clew.span()")
    assert lines[-1].startswith("ValueError: kind must be 'local', ")
    assert sum("tracing failed" in line for line in lines) == 1


def test_every_line_of_the_guide_is_tested():
    source = services.TESTS.joinpath("test_trouble_guide.py").read_text(encoding="utf-8")
    begins = re.findall(r'in_the_guide\("(.*)"\)', source)
    for line in LINES:
        assert any(line.startswith(begin) for begin in begins), line


@pytest.mark.parametrize("where", ["fork", "multiprocessing"])
def test_a_forked_child_does_not_say_again_what_was_just_said(where):
    lines = told(
        GOES_ON
        + f"""
import os, multiprocessing, sys
def work():
    clew.span("c").finish()
    clew.flush(1)
    clew.span("d").finish()
if {where!r} == "fork":
    if os.fork() == 0:
        work()
        sys.exit(0)
    os.wait()
else:
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
""",
        CLEW_ENDPOINT=HTTP,
    )
    assert lines == [
        in_the_guide("clew cannot send spans to http://127.0.0.1:9411/api/v2/spans: conn")
    ]
