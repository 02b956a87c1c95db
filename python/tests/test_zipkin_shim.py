# SPDX-License-Identifier: Apache-2.0
"""Programs written for eventlet.zipkin run as they are, under clew-run or after one call.

Method: the example of the original's README as a program of its own, against a real `clew serve`;
the rest in small interpreters, because what is imported stays imported.
"""

import clew_serve
import pytest
import services
from services import run_script

# What the README leaves to the reader: `sock` and `app`.
PREAMBLE = """\
import eventlet
{monkey}
sock = eventlet.listen(("127.0.0.1", 0))
print("port", sock.getsockname()[1], flush=True)
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
"""
SNIPPET = """\
# Add only 2 lines to your code
from eventlet.zipkin import patcher
patcher.enable_trace_patch()

# existing code
from eventlet import wsgi
wsgi.server(sock, app)
"""


@pytest.mark.parametrize("monkey", ["", "eventlet.monkey_patch()"], ids=["plain", "monkey patched"])
@pytest.mark.parametrize("way", ["clew-run", "one call"])
def test_the_example_of_the_original_is_traced(tmp_path, serve, monkey, way):
    opt_in = "" if way == "clew-run" else "import clew.eventlet as e; e.install_zipkin_shim()\n"
    program = tmp_path / "example.py"
    program.write_text(opt_in + PREAMBLE.format(monkey=monkey) + SNIPPET)
    before = [services.CLEW_RUN] if way == "clew-run" else []
    api, scribe_port = serve
    environment = {"CLEW_ENDPOINT": f"scribe://127.0.0.1:{scribe_port}"}
    with services.running(program, environment=environment, before=before) as service:
        assert service.get("/of/the/readme") == (200, b"hello")
        question = "/traces?serviceName=example.py"
        traces = services.wait_until(lambda: clew_serve.ask(api, question), 60)
    ((span,),) = traces
    assert (span["kind"], span["name"]) == ("SERVER", "get")
    assert span["tags"]["http.path"] == "/of/the/readme"
    assert span["localEndpoint"]["port"] == service.port


def test_its_modules_are_ours():
    run_script("""
import clew.eventlet
clew.eventlet.install_zipkin_shim()
clew.eventlet.install_zipkin_shim()  # once is enough
import eventlet.zipkin.api
from eventlet.zipkin import api, patcher
assert eventlet.zipkin.api is api
from clew.eventlet import api as our_api, patcher as our_patcher
assert api is our_api and patcher is our_patcher
assert our_api.__spec__.name == "clew.eventlet.api"
""")


def test_what_was_imported_before_is_replaced_and_comes_back():
    run_script("""
import eventlet.zipkin
theirs = eventlet.zipkin
import clew.eventlet
from clew.eventlet import zipkin
clew.eventlet.install_zipkin_shim()
from eventlet import zipkin as shim
assert shim is not theirs and shim.patcher.enable_trace_patch
zipkin.remove()
import eventlet.zipkin
assert eventlet.zipkin is not shim
assert eventlet.zipkin.__file__ == theirs.__file__
try:
    from eventlet.zipkin import patcher
except ImportError:
    pass
else:
    raise AssertionError("theirs cannot be imported")
""")


def test_what_it_does_not_stand_in_for_is_missing_and_not_broken():
    run_script("""
import clew.eventlet
clew.eventlet.install_zipkin_shim()
try:
    import eventlet.zipkin.client
except ModuleNotFoundError as error:
    assert error.name == "eventlet.zipkin.client", error
else:
    raise AssertionError
""")


def test_every_call_of_the_original_is_there():
    run_script("""
import clew
from clew.eventlet import api
assert api.is_tracing() is False and api.is_sample() is False
assert api.get_trace_data() is None
tracer = clew.Tracer("a", "scribe://127.0.0.1:1", ignore_environment=True)
with tracer.start("b") as span:
    assert api.is_tracing() is True and api.is_sample() is True
    assert api.get_trace_data() is span
    api.put_annotation("cache miss")
    api.put_key_value("key", "value")
    api.init_trace_data()
    assert api.is_tracing() is False and span.is_open
    api.set_trace_data(span)
    assert api.get_trace_data() is span
    api.set_trace_data(None)
    assert api.get_trace_data() is None
for draw in (api.generate_trace_id, api.generate_span_id):
    drawn = {draw() for _ in range(1000)}
    assert len(drawn) == 1000 and all(0 < id <= api.ID_MAX for id in drawn)
    assert max(drawn) > 2**60
try:
    api.set_trace_data("a")
except TypeError as error:
    assert "trace_data" in str(error)
else:
    raise AssertionError
""")


def test_a_span_that_is_not_sampled_is_traced_and_no_sample():
    run_script("""
import clew
from clew.eventlet import api
tracer = clew.Tracer("a", "scribe://127.0.0.1:1", sample_rate=0.0, ignore_environment=True)
with tracer.start("b"):
    assert api.is_tracing() is True
    assert api.is_sample() is False
""")
