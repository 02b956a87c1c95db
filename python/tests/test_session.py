# SPDX-License-Identifier: Apache-2.0
"""enable() and disable(): what they change, and that it comes back; hooks of modules that come
later; a sampler of one's own. Method: a process of its own where modules are changed.
"""

import gc
import weakref

import pytest
from services import run_script

import clew
from clew import faults, hooks

OWNERS = """
import concurrent.futures.thread, http.client, logging, multiprocessing.pool, threading
import aiohttp, eventlet.green.http.client, eventlet.greenthread, eventlet.tpool, eventlet.wsgi
import httplib2, httpx, urllib3.connectionpool
import clew

def everything():
    owners = [
        aiohttp.BaseConnector, aiohttp.ClientSession, httplib2.Http,
        urllib3.connectionpool.HTTPConnectionPool, urllib3.connectionpool.HTTPSConnectionPool,
        concurrent.futures.thread.ThreadPoolExecutor,
        eventlet.greenthread, eventlet.greenthread.GreenThread, eventlet.tpool,
        eventlet.wsgi.HttpProtocol, http.client.HTTPConnection,
        eventlet.green.http.client.HTTPConnection, httpx.AsyncClient, httpx.Client,
        logging, logging.Logger, multiprocessing.pool.Pool, multiprocessing.pool.ThreadPool,
        threading.Thread,
    ]
    return {(str(owner), name): value for owner in owners for name, value in vars(owner).items()}
"""


def test_turning_off_restores_every_attribute():
    run_script(
        OWNERS
        + """
before = everything()
for _ in range(3):
    clew.enable(service_name="a", endpoint="http://127.0.0.1:1", log_annotations=True)
    after = everything()
    changed = {key[1] for key in before.keys() | after.keys() if before[key] is not after[key]}
    assert changed == {
        "__init__", "submit", "_spawn_n", "execute", "handle_one_response", "putrequest",
        "endheaders", "getresponse", "close", "_send_single_request", "handle",
        "callHandlers", "apply_async", "_map_async", "imap", "imap_unordered", "start",
        "setup", "connect", "_conn_request", "_make_request", "_prepare_proxy",
    }, changed
    clew.disable()
    after = everything()
    assert all(before[key] is after[key] for key in before.keys() | after.keys())
    assert clew.tracer() is None
"""
    )


def test_modules_that_come_later_are_hooked_when_they_come(scribe):
    run_script(
        f"""
import sys
import clew
tracer = clew.enable(service_name="a", endpoint={scribe.endpoint!r})
assert clew.tracer() is tracer
assert not {{"httpx", "aiohttp", "eventlet", "http.client", "clew.http_client"}} & set(sys.modules)
import httpx, http.client, concurrent.futures
assert hasattr(httpx.Client._send_single_request, "__wrapped__")
assert hasattr(http.client.HTTPConnection.endheaders, "__wrapped__")
assert hasattr(concurrent.futures.ThreadPoolExecutor.submit, "__wrapped__")
assert httpx.__spec__.loader is httpx.__loader__
assert "clew" not in type(httpx.__loader__).__module__
import importlib.resources
assert importlib.resources.files(httpx).joinpath("__init__.py").is_file()
watches = [one for one in sys.meta_path if type(one).__module__ == "clew.imports"]
assert len(watches) == 1
clew.disable()
assert not any(type(one).__module__ == "clew.imports" for one in sys.meta_path)
assert not hasattr(httpx.Client._send_single_request, "__wrapped__")
import aiohttp
assert "clew.aiohttp_client" not in sys.modules
assert clew.session.faults.counts() == {{}}
"""
    )


def test_a_module_that_fails_to_be_imported_fails_as_ever(tmp_path):
    (tmp_path / "httpx.py").write_text("raise ValueError('its own')")
    (tmp_path / "aiohttp.py").write_text("speciality = 5")
    run_script(
        """
import sys
sys.path.insert(0, sys.argv[1])
import clew
from clew import faults
clew.enable(service_name="a", endpoint="http://127.0.0.1:1")
for _ in range(2):
    try:
        import httpx
    except ValueError as error:
        assert str(error) == "its own"
    else:
        raise AssertionError
    assert "httpx" not in sys.modules
try:
    import eventlet.nothing
except ModuleNotFoundError:
    pass
import aiohttp  # has nothing of what the hook looks for: told, and imported all the same
assert aiohttp.speciality == 5
assert faults.counts() == {"the hook of aiohttp": 1}, faults.counts()
""",
        tmp_path,
    )


def test_what_stands_in_for_a_module_is_told_and_left_alone():
    run_script("""
import sys, types
from unittest import mock
import clew
from clew import faults

sys.modules["httpx"] = mock.MagicMock()  # without __name__ and __spec__
sys.modules["aiohttp"] = types.ModuleType("another")
clew.enable(service_name="a", endpoint="http://127.0.0.1:1")
assert faults.counts() == {"the hook of httpx": 1, "the hook of aiohttp": 1}, faults.counts()
clew.disable()
""")


def test_only_hooks_that_are_asked_for_are_armed():
    run_script(
        OWNERS
        + """
before = everything()
clew.enable(service_name="a", endpoint="http://127.0.0.1:1", hooks=["logging"])
after = everything()
changed = {key[1] for key in before if before[key] is not after[key]}
assert changed == {"handle"}, changed
"""
    )


@pytest.mark.parametrize(
    ("kind", "words", "arguments"),
    [
        (TypeError, "hooks must be", {"hooks": "logging"}),
        (ValueError, "hooks must hold names of hooks, not 'nothing'", {"hooks": ["nothing"]}),
        (TypeError, "legacy_tags", {"legacy_tags": 1}),
        (TypeError, "service_name", {"service_name": 5}),
        (ValueError, "service_name", {"service_name": ""}),
        (ValueError, "endpoint", {"endpoint": "ftp://a"}),
        (ValueError, "sample_rate", {"sample_rate": 2}),
        (ValueError, "log_annotations", {"log_annotations": "loud"}),
        (TypeError, "log_annotations", {"log_annotations": 1.5}),
        (ValueError, "trust_inbound", {"trust_inbound": "some"}),
        (TypeError, "nonsense", {"nonsense": 1}),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence_and_changes_nothing(kind, words, arguments):
    with pytest.raises(kind, match=words):
        clew.enable(**{"service_name": "a", **arguments})
    assert clew.tracer() is None


def test_turning_on_twice_replaces_the_first(http_collector):
    first = clew.enable(service_name="a", endpoint=http_collector.endpoint)
    span = clew.span("open")
    second = clew.enable(service_name="b", endpoint=http_collector.endpoint)
    assert clew.tracer() is second is not first
    span.finish()
    with clew.span("b"):
        pass
    assert second.flush(20)
    assert first.flush(20)
    clew.disable()
    clew.disable()
    names = {s["name"]: s["localEndpoint"]["serviceName"] for s in http_collector.spans()}
    assert names == {"open": "a", "b": "b"}


def test_the_environment_fills_what_is_not_given(scribe):
    run_script(
        """
import clew
clew.enable(service_name="given")
with clew.span("a"):
    pass
assert clew.flush(20)
""",
        environment={"CLEW_ENDPOINT": scribe.endpoint, "CLEW_SERVICE_NAME": "not this"},
    )
    assert scribe.spans()[0]["localEndpoint"]["serviceName"] == "given"


def test_leaving_the_program_sends_what_has_finished(scribe):
    run_script(
        f"""
import clew
clew.enable(service_name="a", endpoint={scribe.endpoint!r}, flush_interval_ms=60000)
with clew.span("last"):
    pass
"""
    )
    assert [span["name"] for span in scribe.spans()] == ["last"]


def test_every_hook_names_modules_that_it_can_change():
    for changed, changed_by in hooks.targets(hooks.HOOKS):
        assert changed_by.startswith("clew.")
        assert changed


@pytest.fixture
def sampled_by(http_collector):
    def enable(sampler, **options):
        clew.enable(service_name="a", endpoint=http_collector.endpoint, sampler=sampler, **options)

    yield enable
    clew.disable()


def test_a_sampler_of_ones_own_is_asked_once_a_trace(sampled_by):
    asked = []
    sampled_by(lambda name, path: asked.append((name, path)) or len(asked) != 2)
    with clew.span("first") as first, clew.span("child") as child:
        assert first.is_sampled
        assert child.is_sampled
    with clew.span("second") as second, clew.span("child") as child:
        assert not second.is_sampled
        assert not child.is_sampled
    assert asked == [("first", None), ("second", None)]


def test_a_sampler_is_told_of_a_request_and_follows_the_caller(sampled_by):
    asked = []
    sampled_by(lambda name, path: asked.append((name, path)) or path == "/keep")
    tracer = clew.tracer()

    def environ(path, **more):
        return {"REQUEST_METHOD": "GET", "PATH_INFO": path, **more}

    spans = [
        tracer.receive_http("GET", "/keep?q", environ("/keep"), ("127.0.0.1", 1)),
        tracer.receive("get", environ("/drop")),
        tracer.extract([(b"b3", b"d")], "post", "server", "/drop"),
        tracer.extract({"b3": "0"}, "post", "server", "/keep"),
        tracer.extract({"b3": f"{'a' * 16}-{'b' * 16}"}, "post", "server", "/keep"),
    ]
    assert [span.is_sampled for span in spans] == [True, False, True, False, True]
    assert asked == [("get", "/keep"), ("get", "/drop"), ("post", "/keep")]
    for span in spans:
        span.abandon()


def test_a_sampler_may_leave_it_to_the_rate(sampled_by):
    sampled_by(lambda name, path: None, sample_rate=0.0)
    assert not clew.span("a").is_sampled
    clew.enable(service_name="a", sampler=lambda name, path: None, sample_rate=1.0)
    with clew.span("a") as span:
        assert span.is_sampled


class NoTruth:
    def __bool__(self):
        raise ValueError("neither")


@pytest.mark.parametrize("sampler", [lambda: 5, lambda name, path: 1 / 0, lambda *_: NoTruth()])
def test_a_sampler_that_raises_samples_nothing_and_is_counted(sampled_by, sampler):
    sampled_by(sampler)
    before = faults.counts().get("the sampler", 0)
    with clew.span("a") as span:
        assert not span.is_sampled
    assert faults.counts()["the sampler"] == before + 1


def test_a_sampler_is_not_asked_about_what_it_starts(sampled_by, http_collector):
    asked = []

    def sampler(name, path):
        asked.append(name)
        with clew.span("in the sampler") as span:
            assert not span.is_sampled
            assert dict(span.inject())["X-B3-Sampled"] == "0"
        return True

    sampled_by(sampler)
    with clew.span("a") as span:
        assert span.is_sampled
        assert span.parent_id is None
        assert clew.current() is span
    assert asked == ["a"]
    assert clew.flush(10)
    assert [sent["name"] for sent in http_collector.spans()] == ["a"]


def test_a_sampler_may_turn_tracing_off(sampled_by):
    sampled_by(lambda name, path: clew.disable())
    with clew.span("a") as span:
        span.tag("b", 1)
    assert clew.tracer() is None


def test_what_is_no_sampler_is_refused():
    tracer = clew.Tracer("a", "http://127.0.0.1:1")
    with pytest.raises(TypeError, match="callable"):
        tracer.sample_by(5)
    tracer.sample_by(None)


def test_a_tracer_whose_sampler_refers_to_it_is_collected():
    class Held:
        pass

    held = Held()
    freed = weakref.ref(held)
    tracer = clew.Tracer("a", "http://127.0.0.1:1", close_timeout_ms=10)
    tracer.sample_by(lambda name, path, cycle=(tracer, held): True)
    del tracer, held
    gc.collect()
    assert freed() is None
