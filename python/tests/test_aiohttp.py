# SPDX-License-Identifier: Apache-2.0
"""Calls through aiohttp: one span for each request on the wire, and the headers that it carries.
Method: its client against a plain server that remembers what it was sent, and against its own
server where redirects are asked for.
"""

import asyncio

import aiohttp
import pytest
from aiohttp import web

import clew
from clew import faults


def get(url, configs=None, **options):
    async def main():
        async with (
            aiohttp.ClientSession(trace_configs=configs) as session,
            session.get(url, **options) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(main())


@pytest.fixture
def url(echo, path):
    return f"http://{echo.address}/{path}"


def only(traced):
    (span,) = traced.finished()
    return span


def test_a_call_is_one_client_span_and_carries_it(traced, echo, url, path):
    assert get(url + "?password=secret") == (200, b"ok")
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


def test_a_call_is_below_the_current_span(traced, url):
    with clew.span("outer") as outer:
        get(url)
    assert traced.finished()[-1]["parentId"] == outer.span_id


def test_calls_at_once_are_below_their_own_tasks_span(traced, url):
    async def one(session, number):
        with clew.span(f"task {number}"):
            await asyncio.sleep(0)
            async with session.get(url) as response:
                await response.read()

    async def main():
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(one(session, number) for number in range(20)))

    asyncio.run(main())
    spans = traced.finished()
    tasks = {span["id"]: span["traceId"] for span in spans if span["name"].startswith("task")}
    calls = [span for span in spans if span.get("kind") == "CLIENT"]
    assert len(tasks) == len(calls) == 20
    assert all(tasks[span["parentId"]] == span["traceId"] for span in calls)


def test_trace_headers_of_the_application_are_replaced(traced, echo, url, path):
    get(url, headers=[("x-b3-traceid", "1" * 16), ("B3", "0"), ("b3", "1")])
    sent = echo.headers_of(f"/{path}")
    assert sent["x-b3-traceid"] == [only(traced)["traceId"]]
    assert "b3" not in sent


@pytest.mark.parametrize("status", [404, 503])
def test_a_status_of_400_and_more_is_an_error(traced, echo, status):
    assert get(f"http://{echo.address}/status/{status}")[0] == status
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == (str(status), str(status))


def test_a_call_that_fails_is_an_error(traced, unused_port):
    with pytest.raises(aiohttp.ClientConnectorError):
        get(f"http://127.0.0.1:{unused_port}/")
    assert only(traced)["tags"]["error"].startswith("ClientConnectorError: ")


def test_a_call_that_takes_too_long_is_an_error(traced):
    async def main():
        async def hang(reader, writer):
            await reader.read()
            writer.close()

        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        timeout = aiohttp.ClientTimeout(total=0.1)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            with pytest.raises(asyncio.TimeoutError):
                await session.get(f"http://127.0.0.1:{port}/")
        server.close()

    asyncio.run(main())
    assert "Error" in only(traced)["tags"]["error"]


async def serving(application):
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def test_each_redirect_is_a_span_of_its_own(traced):
    seen = []

    async def old(request):
        seen.append(request.headers["X-B3-SpanId"])
        raise web.HTTPFound("../new?secret")

    async def new(request):
        seen.append(request.headers["X-B3-SpanId"])
        return web.Response(text="ok")

    async def main():
        application = web.Application()
        application.add_routes([web.get("/a/old", old), web.get("/new", new)])
        runner, url = await serving(application)
        async with aiohttp.ClientSession() as session, session.get(f"{url}/a/old") as response:
            assert await response.text() == "ok"
        await runner.cleanup()

    with clew.span("outer") as outer:
        asyncio.run(main())
    spans = [span for span in traced.finished() if span.get("kind") == "CLIENT"]
    assert [span["tags"]["http.path"] for span in spans] == ["/a/old", "/new"]
    assert [span["tags"]["http.status_code"] for span in spans] == ["302", "200"]
    assert [span["id"] for span in spans] == seen
    assert {span["parentId"] for span in spans} == {outer.span_id}


@pytest.mark.parametrize(
    ("method", "status", "followed_by"),
    [("POST", 303, "get"), ("POST", 302, "get"), ("POST", 307, "post"), ("PUT", 302, "put")]
    + [("PUT", 303, "get"), ("HEAD", 303, "head")],
)
def test_a_redirect_is_followed_by_the_method_that_is_sent(traced, method, status, followed_by):
    seen = []

    async def old(_):
        return web.Response(status=status, headers={"Location": "/new"})

    async def new(request):
        seen.append(request.method.lower())
        return web.Response()

    async def main():
        application = web.Application()
        application.add_routes([web.route("*", "/old", old), web.route("*", "/new", new)])
        runner, url = await serving(application)
        async with aiohttp.ClientSession() as session:
            async with session.request(method, f"{url}/old", allow_redirects=True):
                pass
        await runner.cleanup()

    asyncio.run(main())
    spans = [span for span in traced.finished() if span.get("kind") == "CLIENT"]
    assert [span["name"] for span in spans] == [method.lower(), followed_by]
    assert seen == [followed_by]


@pytest.mark.parametrize("location", ["http://[nowhere", "mailto:a@b", None])
def test_a_redirect_that_leads_nowhere_is_told_by_the_client(traced, location):
    async def astray(_):
        return web.Response(status=302, headers={} if location is None else {"Location": location})

    async def main():
        application = web.Application()
        application.add_routes([web.get("/astray", astray)])
        runner, url = await serving(application)
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{url}/astray") as response:
                return response.status
        except (aiohttp.ClientError, ValueError) as error:  # the latter until 3.9
            return type(error).__name__
        finally:
            await runner.cleanup()

    before = faults.counts()
    with_tracing = asyncio.run(main())
    (span,) = [span for span in traced.finished() if span.get("kind") == "CLIENT"]
    assert span["tags"]["http.status_code"] == "302"
    assert faults.counts() == before
    clew.disable()
    assert asyncio.run(main()) == with_tracing


def test_the_applications_own_trace_configs_stay(traced, url):
    seen = []
    config = aiohttp.TraceConfig()

    async def start(session, context, params):
        seen.append(params.method)

    config.on_request_start.append(start)
    configs = [config]
    get(url, configs)
    assert seen == ["GET"]
    assert configs == [config]
    assert len(traced.finished()) == 1


def test_a_session_that_outlives_tracing_adds_nothing(http_collector, echo, url, path):
    clew.enable(service_name="a", endpoint=http_collector.endpoint)

    async def main():
        async with aiohttp.ClientSession() as session:
            clew.disable()
            async with session.get(url) as response:
                return response.status

    assert asyncio.run(main()) == 200
    assert "x-b3-traceid" not in echo.headers_of(f"/{path}")
