# SPDX-License-Identifier: Apache-2.0
"""Calls through a proxy: the span says whom they are for, its remote address is the proxy's, and
what is said to the proxy alone carries no trace. Method: a server that answers in the place of the
origin, or of the proxy.
"""

import asyncio
import http.client
import inspect
import urllib.error
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3
from raw_server import OK, TUNNEL, answering

REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def by_urllib(proxy, url):
    handler = urllib.request.ProxyHandler({"http": proxy, "https": proxy})
    return urllib.request.build_opener(handler).open(url, timeout=20).status


def httpx_options(proxy):
    """The argument was called otherwise until 0.26."""
    name = "proxy" if "proxy" in inspect.signature(httpx.Client).parameters else "proxies"
    return {name: proxy}


def by_httpx(proxy, url):
    with httpx.Client(**httpx_options(proxy)) as client:
        return client.get(url).status_code


def by_async_httpx(proxy, url):
    async def main():
        async with httpx.AsyncClient(**httpx_options(proxy)) as client:
            return (await client.get(url)).status_code

    return asyncio.run(main())


def by_aiohttp(proxy, url):
    async def main():
        async with aiohttp.ClientSession() as session, session.get(url, proxy=proxy) as response:
            return response.status

    return asyncio.run(main())


WAYS = {
    "requests": lambda proxy, url: (
        requests.get(url, proxies={"all": proxy}, timeout=20).status_code
    ),
    "urllib3": lambda proxy, url: (
        urllib3.ProxyManager(proxy, retries=False).request("GET", url).status
    ),
    "urllib": by_urllib,
    "httpx": by_httpx,
    "httpx, async": by_async_httpx,
    "aiohttp": by_aiohttp,
}


def only(traced):
    (span,) = traced.finished()
    return span


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("port", ["", ":8080", ":80"])
def test_a_request_through_a_proxy_names_its_origin(traced, way, port):
    with answering(OK) as proxy:
        url = f"http://origin.example{port}/x?secret=1"
        assert WAYS[way](f"http://{proxy.address}", url) == 200
    span = only(traced)
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": "/x",
        "http.host": "origin.example" + (port if port != ":80" else ""),
        "http.status_code": "200",
    }
    assert span["name"] == "get"
    assert span["remoteEndpoint"]["port"] == proxy.port
    (head,) = proxy.requests
    assert head.startswith(b"GET http://origin.example")
    assert span["id"].encode() in head


@pytest.mark.parametrize("way", WAYS)
def test_a_tunnel_that_is_refused_is_an_error_and_carries_no_trace(traced, way):
    with answering(REFUSAL) as proxy, pytest.raises(Exception):  # noqa: B017, PT011
        WAYS[way](f"http://{proxy.address}", "https://origin.example/x")
    span = only(traced)
    assert span["tags"]["http.host"] == "origin.example"
    assert "403" in span["tags"]["error"] or "Forbidden" in span["tags"]["error"]
    assert "http.status_code" not in span["tags"]
    (head,) = proxy.requests
    assert head.startswith(b"CONNECT origin.example:443")
    assert b"b3" not in head.lower()


@pytest.mark.parametrize("way", WAYS)
def test_a_proxy_that_is_away_is_an_error_of_the_origins_call(traced, way, unused_port):
    with pytest.raises(Exception):  # noqa: B017, PT011
        WAYS[way](f"http://127.0.0.1:{unused_port}", "https://origin.example/x")
    span = only(traced)
    assert span["tags"]["http.host"] == "origin.example"
    assert "error" in span["tags"]


@pytest.mark.parametrize(("port", "host"), [(80, "origin.example"), (8080, "origin.example:8080")])
def test_a_tunnel_of_http_client_names_its_origin(traced, port, host):
    with answering(TUNNEL, OK) as proxy:
        connection = http.client.HTTPConnection(proxy.address, timeout=20)
        connection.set_tunnel("origin.example", port, headers={"Proxy-Authorization": "Basic eA=="})
        connection.request("GET", "/x")
        assert connection.getresponse().read() == b"ok"
        connection.close()
    span = only(traced)
    assert span["tags"]["http.host"] == host
    assert span["remoteEndpoint"]["port"] == proxy.port
    connect, request = proxy.requests
    assert b"b3" not in connect.lower()
    assert span["id"].encode() in request


def test_connect_by_hand_carries_no_trace(traced):
    with answering(TUNNEL) as proxy:
        connection = http.client.HTTPConnection(proxy.address, timeout=20)
        connection.request("CONNECT", "origin.example:443")
        assert connection.getresponse().status == 200
        connection.close()
    assert only(traced)["name"] == "connect"
    assert b"b3" not in proxy.requests[0].lower()


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://user:secret@origin.example/x", "origin.example"),
        ("http://[2001:db8::1]:81/x", "[2001:db8::1]:81"),
        ("http://Origin.Example:80", "origin.example"),
        ("https://origin.example:443/", "origin.example"),
        ("ftp://origin.example/x", "origin.example"),
        ("http://origin.example:port/x", None),
        ("http://[nonsense/x", None),
        ("http:///x", None),
        ("/http://origin.example/x", None),
    ],
)
def test_the_origin_of_a_target(traced, target, host):
    with answering(OK) as proxy:
        connection = http.client.HTTPConnection(proxy.address, timeout=20)
        connection.putrequest("GET", target, skip_host=True)
        connection.endheaders()
        connection.getresponse().read()
        connection.close()
    assert only(traced)["tags"].get("http.host") == host


def test_a_server_that_is_sent_its_own_address_is_no_proxy(traced):
    with answering(OK) as server:
        connection = http.client.HTTPConnection(server.address, timeout=20)
        connection.request("GET", f"http://{server.address}/x")
        connection.getresponse().read()
        connection.close()
    assert "http.host" not in only(traced)["tags"]


def test_a_direct_call_that_finds_nobody_says_whom_it_was_for(traced, unused_port):
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{unused_port}/x", timeout=20)
    assert only(traced)["tags"]["http.host"] == f"127.0.0.1:{unused_port}"
