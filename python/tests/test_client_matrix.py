# SPDX-License-Identifier: Apache-2.0
"""Every HTTP client against every outcome: status, duration, error and propagation of its span.

Run with the newest versions, with those of Debian on Debian's Python, and with urllib3 1.26:
tools/dev/distributions.py. Method: the server is traced in the same process, so that both halves of
a span are there and their times are of one clock. It serves on a thread of its own.
"""

import asyncio
import http.client
import socketserver
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request
import wsgiref.simple_server

import aiohttp
import eventlet
import eventlet.green.http.client
import httplib2
import httpx
import pytest
import requests
import urllib3
from raw_server import CLOSE, answering

import clew

patched = eventlet.import_patched("http.client")
http.client = sys.modules["http.client"]  # eventlet leaves its copy in the package


def by_connection(module, url):
    parts = urllib.parse.urlsplit(url)
    connection = module.HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def by_urllib(url):
    try:
        return urllib.request.urlopen(url, timeout=20).status
    except urllib.error.HTTPError as error:
        return error.code


def by_async_httpx(url):
    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get(url)).status_code

    return asyncio.run(main())


def by_aiohttp(url):
    async def main():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            await response.read()
            return response.status

    return asyncio.run(main())


WAYS = {
    "requests": lambda url: requests.get(url, timeout=20).status_code,
    "urllib3": lambda url: urllib3.PoolManager(retries=False).request("GET", url).status,
    "httplib2": lambda url: httplib2.Http(timeout=20).request(url)[0].status,
    "http.client": lambda url: by_connection(http.client, url),
    "eventlet.green": lambda url: by_connection(eventlet.green.http.client, url),
    "import_patched": lambda url: by_connection(patched, url),
    "urllib.request": by_urllib,
    "httpx": lambda url: httpx.get(url).status_code,
    "httpx, async": by_async_httpx,
    "aiohttp": by_aiohttp,
}


class Threading(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    """A traced server: /404 answers 404. Its address, and the trace headers that it was sent."""
    seen = []

    def application(environ, start_response):
        seen.append((environ["PATH_INFO"], environ.get("HTTP_X_B3_SPANID")))
        start_response(environ["PATH_INFO"][1:4] + " Said", [("Content-Length", "2")])
        return [b"ok"]

    one = wsgiref.simple_server.make_server(
        "127.0.0.1", 0, clew.wsgi(application), Threading, Quiet
    )
    one.seen = seen
    threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    yield one
    one.shutdown()
    one.server_close()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_call_that_is_answered(traced, server, path, way, status):
    target = f"/{status}/{path}"
    with clew.span("work") as work:
        assert WAYS[way](f"http://127.0.0.1:{server.server_port}{target}") == status
    spans = traced.wait_for(lambda spans: len(spans) >= 3)
    assert sorted(span.get("kind", "") for span in spans) == ["", "CLIENT", "SERVER"]
    client, served = traced.one("CLIENT", target), traced.one("SERVER", target)
    # Propagation: the server shares the span, in the trace of what called.
    assert (client["traceId"], client["parentId"]) == (work.trace_id, work.span_id)
    assert [served[name] for name in ("traceId", "id")] == [client["traceId"], client["id"]]
    assert [span_id for seen, span_id in server.seen if seen == target] == [client["id"]]
    # Duration: the whole of the server's half is inside.
    assert client["timestamp"] <= served["timestamp"]
    assert end_of(served) <= end_of(client) + CLOCK_US
    # Status, error, name, peer.
    error = {"error": str(status)} if status >= 400 else {}
    assert client["tags"] == {
        "http.method": "GET",
        "http.path": target,
        "http.status_code": str(status),
        **error,
    }
    assert client["name"] == "get"
    assert client["remoteEndpoint"] == {"ipv4": "127.0.0.1", "port": server.server_port}


# A server ends its half when it has written; a client may have read that before. Both round to a
# microsecond, and threads take turns.
CLOCK_US = 50_000


def end_of(span):
    return span["timestamp"] + span["duration"]


@pytest.mark.parametrize("way", WAYS)
def test_a_call_that_is_refused(traced, path, way, unused_port):
    with pytest.raises(Exception, match="(?i)refused|connect"):
        WAYS[way](f"http://127.0.0.1:{unused_port}/{path}")
    (client,) = traced.finished()
    assert client["kind"] == "CLIENT"
    assert client["name"] == "get"
    assert "connect" in client["tags"].pop("error").lower()
    assert client["tags"] == {
        "http.method": "GET",
        "http.path": f"/{path}",
        "http.host": f"127.0.0.1:{unused_port}",
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_call_whose_connection_is_closed(traced, path, way):
    with answering(CLOSE) as raw, pytest.raises(Exception, match="(?i)disconnect|closed|remote"):
        WAYS[way](f"http://{raw.address}/{path}")
    clients = traced.finished()
    # One for each request on the wire: httplib2 and newer versions of aiohttp try again.
    assert len(clients) == len(raw.requests)
    assert len(clients) == 1 or way in ("httplib2", "aiohttp")
    for client, head in zip(clients, raw.requests):
        assert client["tags"]["http.path"] == f"/{path}"
        assert "disconnect" in client["tags"]["error"].lower()
        assert "http.status_code" not in client["tags"]
        assert client["id"].encode() in head
