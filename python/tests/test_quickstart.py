# SPDX-License-Identifier: Apache-2.0
"""The demo of examples/quickstart: its three services make one trace of a request, differ from
untraced ones by two lines, and show as `clew serve` is expected to show them. Method: the programs
as they are, over real sockets; the last test needs a built `clew` (CLEW_BINARY) and says so.
"""

import contextlib
import time
from collections import Counter
from pathlib import Path

import clew_serve
import pytest
import services

QUICKSTART = Path(__file__).parents[2] / "examples/quickstart"
NAMES = ("front", "middle", "back")


@contextlib.contextmanager
def demo(endpoint, folder=QUICKSTART):
    """The three services on ports of their own; yields front."""
    environment = {"CLEW_ENDPOINT": endpoint} if endpoint else {}
    with contextlib.ExitStack() as stack:

        def start(name, *arguments):
            program = folder / f"{name}.py"
            arguments = ("--port", 0, *arguments)
            return stack.enter_context(
                services.running(program, *arguments, environment=environment)
            )

        back = start("back")
        middle = start("middle", "--back", f"127.0.0.1:{back.port}")
        yield start("front", "--middle", f"127.0.0.1:{middle.port}")


def by_service(spans):
    return Counter((span["localEndpoint"]["serviceName"], span["kind"]) for span in spans)


def test_a_request_is_one_trace(collector):
    with demo(collector.endpoint) as front:
        assert front.get("/bread") == (200, b"front served: bread: 500 g flour, 350 g water\n")
        spans = collector.wait_for(lambda spans: len(spans) >= 7)
    assert len(spans) == 7
    assert len({span["traceId"] for span in spans}) == 1
    assert by_service(spans) == {
        ("front", "SERVER"): 1,
        ("front", "CLIENT"): 1,
        ("middle", "SERVER"): 1,
        ("middle", "CLIENT"): 2,
        ("back", "SERVER"): 2,
    }
    check_halves(spans)
    check_texts(spans)


def check_halves(spans):
    """CLIENT and SERVER halves share their id, and only the root is below nothing."""
    halves = {}
    for span in spans:
        halves.setdefault(span["id"], set()).add(span["kind"])
        assert {"http.method", "http.path", "http.status_code"} <= span["tags"].keys()
        assert "error" not in span["tags"]
        assert span["name"] == "get"
        assert span["duration"] >= 1
    assert sorted(map(sorted, halves.values())) == [["CLIENT", "SERVER"]] * 3 + [["SERVER"]]
    roots = [span for span in spans if "parentId" not in span]
    assert [root["localEndpoint"]["serviceName"] for root in roots] == ["front"]


def check_texts(spans):
    """What the services say by the api and by their logs is on their spans."""
    (middle,) = [s for s in spans if s["kind"] == "SERVER" and s["tags"].get("recipe") == "bread"]
    assert middle["localEndpoint"]["serviceName"] == "middle"
    texts = [annotation["value"] for annotation in middle["annotations"]]
    assert "not in the cache" in texts
    assert "bread needs 500 g flour and 350 g water" in texts
    said = {a["value"] for span in spans for a in span["annotations"]}
    assert {"asking middle for /bread", "found 500 g of flour", "found 350 g of water"} <= said


@pytest.mark.parametrize("name", NAMES)
def test_tracing_is_two_lines(name):
    traced = (QUICKSTART / f"{name}.py").read_text().splitlines()
    lines = [line for line in traced if "patcher" in line]
    assert lines == [
        "from clew.eventlet import patcher",
        f'patcher.enable_trace_patch(service_name="{name}", trace_app_log=True)',
    ]


def test_without_the_two_lines_the_services_work_untraced(tmp_path, scribe):
    for name in NAMES:
        traced = (QUICKSTART / f"{name}.py").read_text().splitlines(keepends=True)
        kept = [line for line in traced if "patcher" not in line]
        assert len(traced) - len(kept) == 2
        (tmp_path / f"{name}.py").write_text("".join(kept))
    with demo(scribe.endpoint, tmp_path) as front:
        assert front.get("/bread") == (200, b"front served: bread: 500 g flour, 350 g water\n")
    assert scribe.connections == 0


def test_its_requirements_are_pinned_and_installed():
    from importlib.metadata import version

    lines = (QUICKSTART / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert len(pins) >= 2
    for pin in pins:
        name, _, wanted = pin.partition("==")
        assert version(name) == wanted


def dependencies(api):
    return clew_serve.ask(
        api, f"/dependencies?endTs={time.time_ns() // 1_000_000 + 1000}&lookback=3600000"
    )


@pytest.mark.parametrize("way", ["scribe", "http"])
def test_clew_serve_shows_the_trace(way, serve):
    api, scribe_port = serve
    endpoint = {"scribe": f"scribe://127.0.0.1:{scribe_port}", "http": f"{api}/spans"}[way]
    with demo(endpoint) as front:
        for _ in range(3):
            assert front.get("/bread")[0] == 200

        def complete():
            traces = clew_serve.ask(api, "/traces?serviceName=front&limit=10")
            return traces if [len(trace) for trace in traces] == [7] * 3 else None

        traces = services.wait_until(complete, 60)
    assert clew_serve.ask(api, "/services") == ["back", "front", "middle"]
    for trace in traces:
        for span in trace:
            span.setdefault("annotations", [])
            span.setdefault("tags", {})
        check_halves(trace)
        check_texts(trace)
    (one,) = clew_serve.ask(api, "/traces?serviceName=front&limit=1")
    assert len(one) == 7
    links = {(link["parent"], link["child"]): link for link in dependencies(api)}
    assert links.keys() == {("front", "middle"), ("middle", "back")}
    assert links["front", "middle"]["callCount"] == 3
    assert links["middle", "back"]["callCount"] == 6
    assert not any(link.get("errorCount") for link in links.values())
