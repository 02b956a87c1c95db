# SPDX-License-Identifier: Apache-2.0
"""Calls through httpx: one span for each request on the wire, and the headers that it carries.
Method: both clients against a plain server that remembers what it was sent.
"""

import asyncio

import httpx
import pytest
from services import run_script

import clew


def get(url, **options):
    with httpx.Client(**options) as client:
        return client.get(url)


def get_async(url, **options):
    async def main():
        async with httpx.AsyncClient(**options) as client:
            return await client.get(url)

    return asyncio.run(main())


@pytest.fixture(params=[get, get_async], ids=["Client", "AsyncClient"])
def call(request):
    return request.param


@pytest.fixture
def url(echo, path):
    return f"http://{echo.address}/{path}"


def only(traced):
    (span,) = traced.finished()
    return span


def test_a_call_is_one_client_span_and_carries_it(traced, call, echo, url, path):
    assert call(url + "?password=secret").status_code == 200
    span = only(traced)
    assert (span["kind"], span["name"]) == ("CLIENT", "get")
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": f"/{path}",
        "http.status_code": "200",
    }
    host, port = echo.address.split(":")
    assert span["remoteEndpoint"] == {"ipv4": host, "port": int(port)}
    sent = echo.headers_of(f"/{path}?password=secret")
    assert sent["x-b3-traceid"] == [span["traceId"]]
    assert sent["x-b3-spanid"] == [span["id"]]
    assert sent["x-b3-sampled"] == ["1"]


def test_a_call_is_below_the_current_span(traced, call, url):
    with clew.span("outer") as outer:
        call(url)
    assert traced.finished()[-1]["parentId"] == outer.span_id


def test_trace_headers_of_the_application_are_replaced(traced, call, echo, url, path):
    call(url, headers={"x-b3-traceid": "1" * 16, "B3": "0", "X-B3-Flags": "1"})
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-traceid"] == [only(traced)["traceId"]]
    assert "b3" not in sent
    assert "x-b3-flags" not in sent


@pytest.mark.parametrize("client", ["httpx", "aiohttp", "http.client"])
@pytest.mark.parametrize("propagation", ["b3multi", "b3", "tracecontext", "none"])
def test_what_the_application_sends_stays_unless_it_is_replaced(
    http_collector, echo, path, client, propagation
):
    """The same for each client: all of B3 gives way, and of the rest what is sent."""
    run_script(
        """
import http.client, sys
import clew
way, address, path, endpoint, propagation = sys.argv[1:]
clew.enable(service_name="a", endpoint=endpoint, propagation=propagation)
own = {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "tracestate": "a=1", "b3": "0"}
if way == "http.client":
    connection = http.client.HTTPConnection(address)
    connection.request("GET", path, headers=own)
    connection.getresponse().read()
elif way == "httpx":
    import httpx
    httpx.get(f"http://{address}{path}", headers=own)
else:
    import asyncio, aiohttp
    async def main():
        async with aiohttp.ClientSession(headers=own) as session:
            async with session.get(f"http://{address}{path}"):
                pass
    asyncio.run(main())
""",
        client,
        echo.address,
        f"/{path}",
        http_collector.endpoint,
        propagation,
    )
    sent = echo.headers_of(f"/{path}")
    theirs = "00-" + "1" * 32 + "-" + "2" * 16 + "-01"
    replaces_w3c = propagation == "tracecontext"
    assert (sent["traceparent"] == [theirs]) is not replaces_w3c
    assert ("tracestate" in sent) is not replaces_w3c
    assert (sent.get("b3") == ["0"]) is (propagation == "none")


@pytest.mark.parametrize("status", [404, 503])
def test_a_status_of_400_and_more_is_an_error(traced, call, echo, status):
    assert call(f"http://{echo.address}/status/{status}").status_code == status
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == (str(status), str(status))


def test_a_call_that_fails_is_an_error(traced, call, unused_port):
    with pytest.raises(httpx.ConnectError):
        call(f"http://127.0.0.1:{unused_port}/")
    assert only(traced)["tags"]["error"].startswith("ConnectError: ")


def test_each_redirect_is_a_span_of_its_own(traced, call):
    seen = []

    def answer(request):
        seen.append(request.headers["x-b3-spanid"])
        if request.url.path == "/old":
            return httpx.Response(302, headers={"Location": "/new"})
        return httpx.Response(200)

    transport = httpx.MockTransport(answer)
    with clew.span("outer") as outer:
        call("http://a.example/old", transport=transport, follow_redirects=True)
    spans = [span for span in traced.finished() if span.get("kind") == "CLIENT"]
    assert [span["tags"]["http.path"] for span in spans] == ["/old", "/new"]
    assert [span["id"] for span in spans] == seen
    assert {span["parentId"] for span in spans} == {outer.span_id}


def test_a_streamed_response_ends_its_span_with_the_headers(traced, url):
    with httpx.stream("GET", url) as response:
        assert only(traced)["tags"]["http.status_code"] == "200"
        assert response.read() == b"ok"


def test_a_call_that_is_not_sampled_says_so(http_collector, call, echo, url, path):
    clew.enable(service_name="a", endpoint=http_collector.endpoint, sample_rate=0.0)
    call(url)
    clew.disable()
    assert echo.headers_of(f"/{path}")["x-b3-sampled"] == ["0"]


def test_when_tracing_is_off_nothing_is_added(call, echo, url, path):
    assert not hasattr(httpx.Client._send_single_request, "__wrapped__")
    call(url)
    assert "x-b3-traceid" not in echo.headers_of(f"/{path}")


def test_a_cancelled_call_is_an_error(traced):
    async def main():
        def hang(request):
            raise asyncio.CancelledError

        async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
            with pytest.raises(asyncio.CancelledError):
                await client.get("http://a.example/")

    asyncio.run(main())
    assert only(traced)["tags"]["error"] == "CancelledError"
