# SPDX-License-Identifier: Apache-2.0
"""A minute at 500 requests a second with a collector in trouble, for each trouble and each way of
sending: no request fails, the hub makes no call for sending, memory is bounded, each span is
accounted for, and when the collector is back, spans arrive again without a restart.

Method: all services at once, beside one that is not traced, under one open load. What a busy
machine decides (rate, lateness, latency) is reported with the test and not judged.
CLEW_SOAK_SECONDS is the length.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import services
from troubled_collector import TROUBLES, TroubledCollector

PROGRAMS = Path(__file__).parent / "programs"
SECONDS = float(os.environ.get("CLEW_SOAK_SECONDS", "60"))
RATE = 500
WARM_UP = 50
AFTERWARDS = 20
QUEUE_BYTES_MAX = 1 << 20
# Of memory, from before the trouble to its highest: the queue, a message in three forms, the
# socket's buffers, and what allocators keep.
GROWTH_BYTES_MAX = 8 << 20
# Send timeout, the breaker's pause, and a machine that has other work, too.
RECOVERY_SECONDS = 120
UNSAMPLED = {"X-B3-Sampled": "0"}
CASES = [(scheme, trouble) for trouble in TROUBLES for scheme in ("http", "scribe")]


def memory(service, field):
    """VmRSS or VmHWM of a service, in bytes."""
    for line in Path(f"/proc/{service.child.pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) << 10
    raise AssertionError(f"no {field}")


def start(options, port, watch):
    """A service whose socket calls to a port are watched, warmed up."""
    preload = ":".join(filter(None, [os.environ.get("LD_PRELOAD"), str(watch)]))
    environment = {
        "LD_PRELOAD": preload,
        "SOCKET_WATCH_PORT": str(port),
        "CLEW_QUEUE_BYTES_MAX": str(QUEUE_BYTES_MAX),
    }
    if "ASAN_OPTIONS" in os.environ:  # which keeps 256 MiB of freed memory otherwise
        environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"] + ":quarantine_size_mb=1"
    arguments = json.dumps(options)
    service = services.Service(PROGRAMS / "soak_service.py", arguments, environment=environment)
    for _ in range(WARM_UP):
        assert service.get("/soak")[0] == 200
    service.get("/forget-lateness", UNSAMPLED)
    return service


def put_under_load(ports):
    """What soak_load.py says of each port."""
    command = [sys.executable, PROGRAMS / "soak_load.py", RATE, SECONDS, *ports]
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=SECONDS + 120,
        env=services.clean_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {int(port): result for port, result in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    """socket_watch.c, compiled."""
    library = tmp_path_factory.mktemp("soak") / "socket_watch.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", library, PROGRAMS / "socket_watch.c", "-ldl"]
    clean = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    subprocess.run([str(word) for word in command], check=True, env=clean)
    return library


@pytest.fixture(scope="module")
def soaked(watch):
    """{case: what became of it}; the key None is the service that is not traced."""
    with contextlib.ExitStack() as stack:
        collectors, running = {}, {}
        for case in CASES:
            collectors[case] = TroubledCollector(*case)
            stack.callback(collectors[case].close)
            name = "-".join(case)
            options = {"endpoint": collectors[case].endpoint, "service_name": name}
            running[case] = start(options, collectors[case].port, watch)
            stack.callback(running[case].stop)
        running[None] = start({}, 0, watch)
        stack.callback(running[None].stop)
        before = {case: memory(service, "VmRSS") for case, service in running.items()}
        loads = put_under_load([service.port for service in running.values()])
        results = {}
        for case, service in running.items():
            grown = memory(service, "VmHWM") - before[case]
            state = service.ask("/state", UNSAMPLED)
            results[case] = {"load": loads[service.port], "grown": grown, "trouble": state}
        recover(collectors, running, results)
        yield results


def ask_until_taken(collector, service):
    """Requests until a collector that is back has taken a span; how many it took.

    A queue may have emptied into the trouble, so that without requests nothing would be sent.
    """
    deadline = time.monotonic() + RECOVERY_SECONDS
    requests = 0
    while collector.taken == 0:
        state = service.ask("/state", UNSAMPLED)
        assert time.monotonic() < deadline, f"nothing in {RECOVERY_SECONDS} s: {state}"
        assert service.get("/soak")[0] == 200
        requests += 1
        time.sleep(0.1)
    return requests


def recover(collectors, running, results):
    """Brings the collectors back and adds to the results what happens then."""
    messages = {case: collector.messages for case, collector in collectors.items()}
    for collector in collectors.values():
        collector.recover()
    paths = {f"/after/{number}" for number in range(AFTERWARDS)}
    for case in CASES:
        results[case]["messages_in_trouble"] = messages[case]
        # Full queues drop what finishes now: they have to empty first.
        results[case]["nudges"] = ask_until_taken(collectors[case], running[case])
        assert running[case].ask("/settle", UNSAMPLED)["settled"] is True
        for path in paths:
            assert running[case].get(path)[0] == 200
        collectors[case].wait_for_paths(paths, RECOVERY_SECONDS)
        results[case]["settled"] = running[case].ask("/settle", UNSAMPLED)
        results[case]["taken"] = collectors[case].taken


@pytest.fixture(params=CASES, ids="-".join)
def soak(request, soaked):
    return soaked[request.param]


def told(result):
    """What is reported, and not judged."""
    load, late = result["load"], result["trouble"]["lateness_ms"]
    return (
        f"{load['rate']:.0f} requests/s, p50 {load['p50_ms']:.2f} ms, worst {load['worst_ms']:.0f};"
        f" hub late p50 {late['p50']:.2f} ms, p99 {late['p99']:.1f}, worst {late['worst']:.0f};"
        f" memory grown {result['grown'] >> 10} KiB"
    )


def test_no_request_fails(soak, soaked, request, capsys):
    with capsys.disabled():
        print(f"\n{request.node.name}: {told(soak)}\n{'untraced':>10}: {told(soaked[None])}")
    for result in (soak, soaked[None]):
        assert result["load"]["failures"] == []
        assert result["load"]["requests"] > 0
    assert soak["settled"]["faults"] == {}


def test_the_hub_makes_no_call_for_sending(soak):
    of_others, of_hub = soak["settled"]["socket_calls"]
    assert of_hub == 0
    assert of_others > 0


def test_memory_is_bounded(soak):
    assert soak["grown"] <= GROWTH_BYTES_MAX


def test_every_span_is_sent_or_dropped_for_a_reason(soak):
    stats = soak["settled"]["stats"]
    assert soak["settled"]["settled"] is True
    asked = WARM_UP + soak["load"]["requests"] + soak["nudges"] + AFTERWARDS
    assert stats["finished"] == asked
    assert stats["finished"] == stats["sent"] + sum(stats["dropped"].values())
    assert stats["sent"] == soak["taken"]


def test_a_collector_in_trouble_is_left_alone(soak):
    stats = soak["trouble"]["stats"]
    assert stats["sent"] == 0
    # Five failures and ten retries to begin with; then a probe in five seconds, or a retry in ten.
    assert 1 <= stats["messages_failed"] <= 5 + 10 + SECONDS / 5 + 3
    # One is still on its way, and what is refused as gzip is sent once more as it is.
    assert soak["messages_in_trouble"] <= 2 * (stats["messages_failed"] + 1)


def test_spans_arrive_again_without_a_restart(soak):
    assert soak["taken"] >= AFTERWARDS
    assert soak["settled"]["stats"]["breaker"] == "closed"
