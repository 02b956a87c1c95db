# SPDX-License-Identifier: Apache-2.0
"""One `clew serve` and one Swift cluster for all tests here, that of examples/openstack_swift. It
starts in some seconds and is ended by its ids.

What is missing on the machine is installed; where that cannot be, the tests fail.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for folder in ("tools", "examples/openstack_swift", "python/tests"):
    sys.path.insert(0, str(ROOT / folder))

import collectors  # noqa: E402
import installed  # noqa: E402
import requests_made  # noqa: E402
from cluster import Cluster  # noqa: E402

# Below build/, because /tmp may be a file system without the attributes that Swift needs.
FOLDER = ROOT / "build/test/run-swift"
SERVE_SECONDS_MAX = 60
FLUSH_INTERVAL_MS = 100


class Serve:
    """A running `clew serve`, asked over its API."""

    def __init__(self, folder):
        ports = folder / "ports"
        with open(folder / "serve.log", "wb") as log:
            self.child = subprocess.Popen(
                [os.environ["CLEW_BINARY"], "serve", "--port", "0", "--scribe-port", "0"]
                + ["--port-file", ports],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + SERVE_SECONDS_MAX
        while not ports.is_file():
            assert self.child.poll() is None, (folder / "serve.log").read_text()
            assert time.monotonic() < deadline, f"waited {SERVE_SECONDS_MAX} s"
            time.sleep(0.02)
        self.port = int(dict(line.split("=") for line in ports.read_text().split())["http"])

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SERVE_SECONDS_MAX)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            assert response.status == 200, (path, response.status, body)
            return json.loads(body)
        finally:
            connection.close()

    def stop(self):
        self.child.terminate()
        assert self.child.wait(SERVE_SECONDS_MAX) == 0


@pytest.fixture(scope="session")
def traced():
    """(the words that run a program of Debian's Python traced, the environment they need)."""
    return installed.ensure()


@pytest.fixture(scope="session")
def serve():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    server = Serve(FOLDER)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cluster(serve, traced):
    """The cluster. At its end nothing may have gone wrong inside the hooks of any server."""
    words, environment = traced
    settings = {
        "CLEW_ENDPOINT": f"http://127.0.0.1:{serve.port}/api/v2/spans",
        "CLEW_FLUSH_INTERVAL_MS": str(FLUSH_INTERVAL_MS),
    }
    cluster = Cluster(FOLDER / "cluster", words, environment | settings)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
    for log in cluster.layout.folder.glob("*.log"):
        said = [
            line for line in log.read_text().splitlines() if "clew:" in line or "tracing" in line
        ]
        assert not said, (log.name, said)


@pytest.fixture(scope="session")
def requests(cluster, serve):
    """The example's requests; the container is there and cached. In the end no span came late."""
    made = Remembering(cluster, serve.get)
    made.make_container()
    made.put()
    yield made
    for reply, count in made.seen:
        assert len(made.trace(reply)) == count, reply.transaction


class Remembering(requests_made.Requests):
    """Remembers each trace with its number of spans: what comes later would be one too many."""

    def __init__(self, cluster, get):
        super().__init__(cluster, get)
        self.seen = []

    def exact_trace(self, reply, spans):
        trace = self.trace(reply, spans)
        assert len(trace) == spans, json.dumps(trace, indent=1)
        self.seen.append((reply, spans))
        return trace


@pytest.fixture
def collector():
    collector = collectors.HttpCollector()
    yield collector
    collector.close()


@pytest.fixture(scope="module")
def module_collector():
    collector = collectors.HttpCollector()
    yield collector
    collector.close()
