# SPDX-License-Identifier: Apache-2.0
"""Fixtures: collectors, a service that is not traced, and the traced service in two settings."""

import importlib.util
import itertools
import json
import socket
import sys
from pathlib import Path

# `python -m pytest` in python/ puts that folder first: it is the installed package that is tested.
SOURCES = Path(__file__).parents[1]
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != SOURCES]

import clew_serve  # noqa: E402
import collectors  # noqa: E402
import pytest  # noqa: E402
import services  # noqa: E402

import clew  # noqa: E402
from clew import faults  # noqa: E402

# Of Debian's packages alone: tools/dev/distributions.py.
collect_ignore = [] if importlib.util.find_spec("oslo_service") else ["test_oslo.py"]
PROGRAMS = Path(__file__).parent / "programs"
NAMES = itertools.count(1)


@pytest.fixture
def scribe():
    collector = collectors.ScribeCollector()
    yield collector
    collector.close()


@pytest.fixture
def slow_collector():
    """A scribe collector that takes `seconds` for each answer."""
    collector = collectors.ScribeCollector(seconds=0.3)
    yield collector
    collector.close()


@pytest.fixture
def http_collector():
    collector = collectors.HttpCollector()
    yield collector
    collector.close()


@pytest.fixture(params=["scribe", "http"])
def collector(request):
    """Each way of sending in turn."""
    kinds = {"scribe": collectors.ScribeCollector, "http": collectors.HttpCollector}
    collector = kinds[request.param]()
    yield collector
    collector.close()


@pytest.fixture
def serve(tmp_path):
    """A running `clew serve`: (its API's address, scribe's port)."""
    if clew_serve.binary() is None:
        pytest.fail("there is no built clew: ./dev build, then CLEW_BINARY=build/dev/bin/clew")
    with clew_serve.running(tmp_path) as addresses:
        yield addresses


@pytest.fixture(scope="session")
def echo():
    server = collectors.Echo()
    yield server
    server.close()


@pytest.fixture
def path():
    """A part of a path that no other test uses, to find a test's own spans by."""
    return f"t{next(NAMES)}"


@pytest.fixture(scope="session", params=["scribe, not patched", "http, monkey patched"])
def service(request):
    """The traced service wsgi_service.py; its collector is service.collector.

    At its end nothing may have gone wrong inside the hooks, and every span must be accounted for.
    """
    if request.param.startswith("scribe"):
        collector = collectors.ScribeCollector()
        options = {"monkey": False, "host": "127.0.0.1", "port": collector.port}
    else:
        collector = collectors.HttpCollector()
        options = {"monkey": True, "endpoint": collector.endpoint}
    options |= {"service_name": "Tested", "trace_app_log": True}
    program = PROGRAMS / "wsgi_service.py"
    with services.running(program, json.dumps(options)) as running:
        running.collector = collector
        yield running
        assert running.ask("/state")["faults"] == {}
        services.wait_until(lambda: is_settled(running.ask("/state")["stats"]))
    collector.close()


def is_settled(stats):
    """Whether each finished span is accounted for, none of them dropped."""
    assert sum(stats["dropped"].values()) == 0, stats
    # The request that reads the numbers is a span itself, which is not finished yet.
    return stats["finished"] == stats["sent"]


@pytest.fixture
def start_service():
    """Starts more wsgi_service.py, with other options; they end with the test."""
    started = []

    def start(monkey=False, **options):
        arguments = json.dumps({"monkey": monkey, "service_name": "tested", **options})
        started.append(services.Service(PROGRAMS / "wsgi_service.py", arguments))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def unused_port():
    """A port of this machine that refuses connections."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))  # bound, never listening
        yield sock.getsockname()[1]


@pytest.fixture
def traced(http_collector):
    """Tracing in this process with all default hooks; the collector, which also has the `tracer`.

    At its end nothing may have gone wrong inside clew.
    """
    before = faults.counts()
    http_collector.tracer = clew.enable(
        service_name="tested", endpoint=http_collector.endpoint, flush_interval_ms=20
    )
    yield http_collector
    clew.disable()
    assert faults.counts() == before
