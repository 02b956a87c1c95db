# SPDX-License-Identifier: Apache-2.0
"""A collector that is away, slow, silent, or answers nonsense: no request notices, memory stays
bounded, and each finished span is sent or counted. Method: the real service under requests, a
collector that misbehaves, then the service's own numbers.
"""

import contextlib
import socket
import threading
import time

import collectors
import pytest
import services
import thrift_spans

import clew

UNSAMPLED = {"X-B3-Sampled": "0"}


class Misbehaving:
    """Listens and treats each connection as `treat(socket)` does."""

    def __init__(self, treat):
        self.treat = treat
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.kept = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.kept.append(connection)
                threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        with contextlib.suppress(OSError):
            self.treat(connection)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.kept:
            connection.close()


def never_read(connection):
    pass


def never_answer(connection):
    while connection.recv(65536):
        pass


def answer_nonsense(connection):
    connection.recv(65536)
    connection.sendall(b"\x00\x00\x00\x05hello" + b"\xff" * 4096)


def close_at_once(connection):
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()


TROUBLE = {
    "never reads": never_read,
    "never answers": never_answer,
    "answers nonsense": answer_nonsense,
    "closes at once": close_at_once,
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("scheme", ["scribe://127.0.0.1:{}", "http://127.0.0.1:{}/api/v2/spans"])
def test_no_request_notices(start_service, trouble, scheme):
    collector = Misbehaving(TROUBLE[trouble])
    service = start_service(endpoint=scheme.format(collector.port))
    slowest = 0.0
    for _ in range(100):
        begin = time.monotonic()
        assert service.get("/plain")[0] == 200
        slowest = max(slowest, time.monotonic() - begin)
    stats = service.ask("/state", UNSAMPLED)["stats"]
    collector.close()
    assert stats["finished"] == 100
    assert stats["sent"] == 0
    assert slowest < 2.0, "a request waited for the collector"


def test_everything_is_sent_once_a_collector_comes(start_service):
    early = collectors.ScribeCollector()
    port = early.port
    early.close()
    service = start_service(port=port)
    for number in range(20):
        service.get(f"/plain/{number}")
    services.wait_until(lambda: service.ask("/state", UNSAMPLED)["stats"]["messages_failed"])
    late = collectors.ScribeCollector(port=port)
    paths = [span["tags"]["http.path"] for span in late.wait_for(lambda spans: len(spans) >= 20)]
    late.close()
    assert sorted(paths) == sorted(f"/plain/{number}" for number in range(20))


def test_a_collector_that_says_try_later_gets_them_later(start_service, scribe):
    scribe.result = thrift_spans.TRY_LATER
    service = start_service(port=scribe.port)
    for number in range(20):
        service.get(f"/plain/{number}")
    services.wait_until(lambda: service.ask("/state", UNSAMPLED)["stats"]["messages_failed"])
    assert scribe.spans() == []
    scribe.result = thrift_spans.OK
    paths = [span["tags"]["http.path"] for span in scribe.wait_for(lambda spans: len(spans) >= 20)]
    assert sorted(paths) == sorted(f"/plain/{number}" for number in range(20))


def test_a_collector_that_refuses_for_good_is_counted(start_service, http_collector):
    http_collector.status = 400
    service = start_service(endpoint=http_collector.endpoint)
    service.get("/plain")
    stats = services.wait_until(lambda: dropped(service.ask("/state", UNSAMPLED)["stats"]))
    assert stats["dropped"]["refused"] == 1
    assert stats["finished"] == 1


def dropped(stats):
    return stats if sum(stats["dropped"].values()) else None


def test_memory_is_bounded_while_the_collector_is_away(unused_port):
    services.run_script(
        """
import resource, sys
import clew
tracer = clew.Tracer("a", f"scribe://127.0.0.1:{sys.argv[1]}", queue_bytes_max=1 << 20,
                     flush_interval_ms=10)

def record(count):
    for _ in range(count):
        with tracer.start("a") as span:
            span.tag("key", "v" * 1000)

record(20_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
record(100_000)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
assert grown < 8 << 10, f"{grown} KiB more for 100 MB of spans"
stats = tracer.stats()
assert stats["finished"] == 120_000
assert stats["dropped"]["ring_full"] + stats["dropped"]["queue_full"] > 0
""",
        unused_port,
    )


def test_leaving_is_bounded_when_the_collector_is_silent():
    collector = Misbehaving(never_answer)
    begin = time.monotonic()
    services.run_script(
        """
import sys
from clew.eventlet import patcher
patcher.enable_trace_patch(port=int(sys.argv[1]), service_name="a")
patcher.active_tracer().start("a").finish()
""",
        collector.port,
    )
    collector.close()
    assert time.monotonic() - begin < 30


def test_https_is_refused_at_once():
    with pytest.raises(ValueError, match="endpoint: https is not in this build"):
        clew.Tracer("a", "https://collector", ignore_environment=True)


def test_leaving_is_quick_when_nobody_listens(unused_port):
    begin = time.monotonic()
    services.run_script(
        """
import sys, time
import clew
tracer = clew.Tracer("a", f"http://127.0.0.1:{sys.argv[1]}/", close_timeout_ms=60_000)
tracer.start("a").finish()
""",
        unused_port,
    )
    assert time.monotonic() - begin < 30
