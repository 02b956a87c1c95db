# SPDX-License-Identifier: Apache-2.0
"""Turning tracing on and off: the arguments, and that everything comes back. Method: a process of
its own for each test, because these change modules.
"""

import pytest
from services import run_script

IMPORTS = """
import inspect, sys
from clew.eventlet import api, patcher

def refused(kind, words, *args, **keywords):
    try:
        patcher.enable_trace_patch(*args, **keywords)
    except kind as error:
        assert words in str(error), error
        assert patcher.active_tracer() is None
    else:
        raise AssertionError((args, keywords))
"""

EVERYTHING = """
import http.client, logging
import eventlet.green.http.client, eventlet.greenthread, eventlet.tpool, eventlet.wsgi

def everything():
    owners = [
        eventlet.wsgi.HttpProtocol, eventlet.greenthread.GreenThread, eventlet.greenthread,
        eventlet.tpool, http.client.HTTPConnection, http.client.HTTPResponse,
        eventlet.green.http.client.HTTPConnection, eventlet.green.http.client.HTTPResponse,
        logging.Logger, logging, http.client, eventlet.green.http.client,
    ]
    return {(str(owner), name): value for owner in owners for name, value in vars(owner).items()}

def changed(before, after):
    return {key[1] for key in before.keys() | after.keys() if before.get(key) is not after.get(key)}
"""
HOOKED = {
    "handle_one_response",
    "__init__",
    "_spawn_n",
    "execute",
    "setup",
    "putrequest",
    "endheaders",
    "getresponse",
    "close",
    "callHandlers",
    "handle",
}


def test_importing_does_nothing():
    run_script("""
import os, sys, threading
before = set(sys.modules)
import clew, clew.eventlet
from clew.eventlet import patcher, api
from clew import http_client, logging_capture, faults
assert not {"eventlet", "greenlet", "http.client", "requests"} & (set(sys.modules) - before)
assert len(os.listdir("/proc/self/task")) == 1
assert patcher.active_tracer() is None
assert clew.current() is None
""")


def test_the_four_parameters_and_their_defaults_are_the_originals():
    run_script(
        IMPORTS
        + """
parameters = list(inspect.signature(patcher.enable_trace_patch).parameters.values())
first = [(one.name, one.default, one.kind.name) for one in parameters[:4]]
kind = "POSITIONAL_OR_KEYWORD"
assert first == [
    ("host", "127.0.0.1", kind), ("port", 9410, kind),
    ("trace_app_log", False, kind), ("sampling_rate", 1.0, kind),
], first
assert {one.kind.name for one in parameters[4:]} == {"KEYWORD_ONLY"}
for function in (api.put_annotation, api.put_key_value):
    assert inspect.signature(function).parameters["endpoint"].default is None
assert list(inspect.signature(api.put_annotation).parameters) == ["msg", "endpoint"]
assert list(inspect.signature(api.put_key_value).parameters) == ["key", "value", "endpoint"]
"""
    )


def test_turning_off_restores_every_attribute():
    run_script(
        IMPORTS
        + EVERYTHING
        + f"""
before = everything()
for _ in range(3):
    patcher.enable_trace_patch(port=1, trace_app_log=True, service_name="a")
    assert changed(before, everything()) == {HOOKED!r}
    patcher.disable_trace_patch()
    assert changed(before, everything()) == set()
patcher.disable_trace_patch()
"""
    )


def test_turning_on_twice_replaces_the_first():
    run_script(
        IMPORTS
        + EVERYTHING
        + """
before = everything()
patcher.enable_trace_patch(port=1, trace_app_log=True, service_name="a")
first = patcher.active_tracer()
patcher.enable_trace_patch(port=2, service_name="b")
assert patcher.active_tracer() is not first
assert "callHandlers" not in changed(before, everything())
patcher.disable_trace_patch()
assert changed(before, everything()) == set()
"""
    )


def test_a_wrong_argument_changes_nothing():
    run_script(
        IMPORTS
        + EVERYTHING
        + """
before = everything()
refused(ValueError, "sampling_rate", sampling_rate=2)
assert changed(before, everything()) == set()
patcher.enable_trace_patch(port=1, service_name="a")
tracer = patcher.active_tracer()
try:
    patcher.enable_trace_patch(port=0)
except ValueError:
    pass
assert patcher.active_tracer() is tracer
"""
    )


def test_a_hook_that_others_wrapped_passes_on_when_turned_off():
    run_script(
        IMPORTS
        + """
import http.client
patcher.enable_trace_patch(port=1, service_name="a")
ours = http.client.HTTPConnection.close
def theirs(self):
    ours(self)
http.client.HTTPConnection.close = theirs
patcher.disable_trace_patch()
assert http.client.HTTPConnection.close is theirs
http.client.HTTPConnection("127.0.0.1", 1).close()
"""
    )


@pytest.mark.parametrize(
    ("kind", "words", "arguments"),
    [
        ("TypeError", "host must be str, not 5", "host=5"),
        ("ValueError", "host must be a name or an address, not ''", "host=''"),
        ("ValueError", "host must be a name or an address, not 'a b'", "host='a b'"),
        ("ValueError", "host must be a name", "host='http://a'"),
        ("TypeError", "port must be int, not '9410'", "port='9410'"),
        ("ValueError", "port must be 1 to 65535, not 0", "port=0"),
        ("ValueError", "port must be 1 to 65535, not 65536", "port=65536"),
        ("ValueError", "port must be 1 to 65535, not True", "port=True"),
        ("TypeError", "trace_app_log must be bool, not 1", "trace_app_log=1"),
        ("TypeError", "sampling_rate must be a number, not '1'", "sampling_rate='1'"),
        ("TypeError", "sampling_rate must be a number, not True", "sampling_rate=True"),
        ("ValueError", "sampling_rate must be 0 to 1, not 1.01", "sampling_rate=1.01"),
        ("ValueError", "sampling_rate must be 0 to 1, not -0.1", "sampling_rate=-0.1"),
        ("ValueError", "sampling_rate must be 0 to 1, not nan", "sampling_rate=float('nan')"),
        ("TypeError", "legacy_tags must be bool", "legacy_tags='yes'"),
        ("TypeError", "service_name must be str", "service_name=b'a'"),
        ("ValueError", "service_name must not be empty", "service_name=''"),
        ("TypeError", "endpoint must be str", "endpoint=5"),
        ("ValueError", "endpoint", "endpoint='ftp://a'"),
        ("ValueError", "endpoint", "endpoint='http://'"),
        ("ValueError", "endpoint replaces host and port", "endpoint='scribe://a:1', port=5"),
        ("ValueError", "propagation", "propagation='b4'"),
        ("TypeError", "", "propagation=4"),
        ("ValueError", "trust_inbound is 'some'", "trust_inbound='some'"),
        ("ValueError", "not: 'sometimes'", "sampler='sometimes'"),
        ("ValueError", "sampler replaces sample_rate", "sampler='never', sampling_rate=0.5"),
        ("ValueError", "trace_id_bits", "trace_id_bits=65"),
        ("ValueError", "flush_interval_ms", "flush_interval_ms=-1"),
        ("ValueError", "flush_interval_ms", "flush_interval_ms=60001"),
        ("TypeError", "unknown", "unknown=1"),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(kind, words, arguments):
    run_script(IMPORTS + f"refused({kind}, {words!r}, {arguments})")


def test_callers_are_trusted_and_traces_are_chosen_as_asked():
    run_script(
        IMPORTS
        + """
def received(**options):
    patcher.enable_trace_patch(**options)
    environ = {"HTTP_B3": "a" * 16 + "-" + "b" * 16 + "-1", "PATH_INFO": "/a"}
    with patcher.active_tracer().receive("get", environ) as span:
        return span.trace_id, span.is_sampled

assert received() == ("a" * 16, True)
assert received(trust_inbound="ids", sampler="/a=never; always") == ("a" * 16, False)
assert received(trust_inbound="ids", sampler=lambda name, path: path != "/a") == ("a" * 16, False)
trace_id, is_sampled = received(trust_inbound="no")
assert trace_id != "a" * 16 and is_sampled
"""
    )


def test_what_is_left_at_its_default_gives_way_to_the_environment(scribe):
    environment = {
        "CLEW_ENDPOINT": scribe.endpoint,
        "CLEW_SERVICE_NAME": "Named by environment",
        "CLEW_SAMPLE_RATE": "1",
    }
    script = """
patcher.enable_trace_patch()
with patcher.active_tracer().start("a"):
    pass
assert patcher.active_tracer().flush(20)
"""
    run_script(IMPORTS + script, environment=environment)
    (span,) = scribe.spans()
    assert span["localEndpoint"]["serviceName"] == "named by environment"


def test_an_argument_goes_before_the_environment(scribe):
    environment = {
        "CLEW_ENDPOINT": "scribe://127.0.0.1:1",
        "CLEW_SERVICE_NAME": "wrong",
        "CLEW_SAMPLE_RATE": "0",
    }
    script = f"""
patcher.enable_trace_patch("127.0.0.1", {scribe.port}, False, 0.9999999, service_name="right")
with patcher.active_tracer().start("a"):
    pass
assert patcher.active_tracer().flush(20)
"""
    run_script(IMPORTS + script, environment=environment)
    (span,) = scribe.spans()
    assert span["localEndpoint"]["serviceName"] == "right"


def test_a_wrong_environment_is_one_clear_sentence():
    script = 'refused(ValueError, "CLEW_SAMPLE_RATE")'
    run_script(IMPORTS + script, environment={"CLEW_SAMPLE_RATE": "often"})


def test_an_ipv6_host_becomes_an_endpoint():
    run_script(
        IMPORTS
        + """
patcher.enable_trace_patch("::1", 9410, service_name="a")
assert patcher.active_tracer() is not None
"""
    )


def test_turning_off_sends_what_has_finished(scribe):
    run_script(
        IMPORTS
        + f"""
patcher.enable_trace_patch(port={scribe.port}, service_name="a", flush_interval_ms=60000)
with patcher.active_tracer().start("last"):
    pass
patcher.disable_trace_patch()
import os
os._exit(0)
"""
    )
    assert [span["name"] for span in scribe.spans()] == ["last"]


def test_leaving_the_program_sends_what_has_finished(scribe):
    run_script(
        IMPORTS
        + f"""
patcher.enable_trace_patch(port={scribe.port}, service_name="a", flush_interval_ms=60000)
with patcher.active_tracer().start("last"):
    pass
"""
    )
    assert [span["name"] for span in scribe.spans()] == ["last"]


def test_turning_off_with_a_span_open_sends_it_when_it_ends(scribe):
    run_script(
        IMPORTS
        + f"""
patcher.enable_trace_patch(port={scribe.port}, service_name="a")
span = patcher.active_tracer().start("open")
patcher.disable_trace_patch()
span.finish()
del span
import os
os._exit(0)
"""
    )
    assert [span["name"] for span in scribe.spans()] == ["open"]
