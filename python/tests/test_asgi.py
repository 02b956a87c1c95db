# SPDX-License-Identifier: Apache-2.0
"""clew.asgi() as ASGI 3 has it. Method: scopes and messages made by hand, so that every way an
application and a server may treat each other is there.
"""

import asyncio
import http

import pytest

import clew


def scope_of(kind="http", **more):
    scope = {
        "type": kind,
        "asgi": {"version": "3.0"},
        "method": "GET",
        "path": "/a/b",
        "raw_path": b"/a/b",
        "query_string": b"password=secret",
        "headers": [(b"host", b"a")],
        "client": ("192.0.2.7", 4321),
        "server": ("127.0.0.2", 8080),
    }
    return {**scope, **more}


START = {"type": "http.response.start", "status": 200, "headers": [(b"a", b"b")]}
BODY = {"type": "http.response.body", "body": b"hello"}
PART = {**BODY, "more_body": True}


class Server:
    """Calls an application once, as servers do."""

    def __init__(self, scope=None, received=()):
        self.scope = scope_of() if scope is None else scope
        self.received = list(received)
        self.sent = []

    async def receive(self):
        return self.received.pop(0)

    async def send(self, message):
        self.sent.append(message)

    def run(self, application, **options):
        asyncio.run(clew.asgi(application, **options)(self.scope, self.receive, self.send))
        return self.sent


async def plain(scope, receive, send):
    await send(START)
    await send(BODY)


def sending(*messages):
    async def application(scope, receive, send):
        for message in messages:
            await send(message)

    return application


def only(traced):
    (span,) = traced.finished()
    return span


def test_a_request_is_one_server_span(traced):
    assert Server().run(plain) == [START, BODY]
    span = only(traced)
    assert (span["kind"], span["name"]) == ("SERVER", "get")
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": "/a/b",
        "http.status_code": "200",
    }
    assert span["localEndpoint"] == {"serviceName": "tested", "ipv4": "127.0.0.2", "port": 8080}
    assert span["remoteEndpoint"] == {"ipv4": "192.0.2.7", "port": 4321}


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"raw_path": b"/r%20aw?q"}, "/r%20aw"),
        ({"raw_path": None, "path": "/\u00fc a"}, "/%C3%BC%20a"),
        ({"raw_path": b"", "path": "/x"}, "/x"),
        ({"raw_path": None, "path": "/\udc80"}, "/%3F"),
    ],
)
def test_the_path_is_as_it_was_on_the_wire(traced, more, path):
    Server(scope_of(**more)).run(plain)
    assert only(traced)["tags"]["http.path"] == path


@pytest.mark.parametrize(
    "more",
    [
        {"client": None},
        {"server": None},
        {"server": ("/a", None)},
        {"client": ("192.0.2.7", "4321"), "server": ("127.0.0.2", 65536)},
        {"client": (), "server": 5},
    ],
)
def test_a_server_may_know_no_addresses(traced, more):
    Server(scope_of(**more)).run(plain)
    assert only(traced)["tags"]["http.status_code"] == "200"


@pytest.mark.parametrize(
    ("status", "told"), [(http.HTTPStatus.CREATED, "201"), ("200", None), (None, None)]
)
def test_a_status_that_is_no_plain_number_is_the_servers_to_judge(traced, status, told):
    start = {**START, "status": status}
    assert Server().run(sending(start, BODY)) == [start, BODY]
    assert only(traced)["tags"].get("http.status_code") == told


def test_a_framework_may_tell_its_route(traced):
    class Route:
        path = "/a/{item}"

    async def application(scope, receive, send):
        scope["route"] = Route
        await plain(scope, receive, send)

    Server().run(application)
    assert only(traced)["tags"]["http.route"] == "/a/{item}"


@pytest.mark.parametrize("sampled", ["1", "0"])
def test_the_span_is_current_and_the_callers_trace_goes_on(traced, sampled):
    seen = []

    async def application(scope, receive, send):
        await asyncio.sleep(0)
        seen.append(clew.current().trace_id)
        await asyncio.create_task(child())
        await plain(scope, receive, send)

    async def child():
        seen.append(clew.current().trace_id)

    b3 = f"{'a' * 16}-{'b' * 16}-{sampled}".encode()
    Server(scope_of(headers=[(b"b3", b3)])).run(application)
    assert seen == ["a" * 16] * 2
    assert [span["traceId"] for span in traced.finished()] == ["a" * 16] * int(sampled)


def test_the_span_ends_with_the_last_part_and_background_work_belongs_to_it(traced):
    spans = []

    async def application(scope, receive, send):
        await send(START)
        await send(PART)
        spans.append(clew.current())
        assert spans[0].is_open
        await send(BODY)
        assert not spans[0].is_open
        with clew.span("background") as background:
            assert background.parent_id == spans[0].span_id
        raise OSError("after the response")

    with pytest.raises(OSError, match="after"):
        Server().run(application)
    tags = {span["name"]: span["tags"] for span in traced.finished()}
    assert tags["get"]["http.status_code"] == "200"
    assert "error" not in tags["get"]


def test_trailers_are_the_end_where_they_are_announced(traced):
    trailers = {"type": "http.response.trailers", "headers": []}
    messages = [{**START, "trailers": True}, BODY, {**trailers, "more_trailers": True}, trailers]
    assert Server().run(sending(*messages)) == messages
    assert "error" not in only(traced)["tags"]


@pytest.mark.parametrize(
    "last",
    [{"type": "http.response.pathsend", "path": "/x"}, {"type": "http.response.zerocopysend"}],
)
def test_a_file_that_the_server_sends_is_a_whole_response(traced, last):
    Server().run(sending(START, last))
    assert "error" not in only(traced)["tags"]


def test_a_status_of_500_and_more_is_an_error(traced):
    Server().run(sending({**START, "status": 503}, BODY))
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("503", "503")


def test_what_the_application_raises_is_an_error_and_goes_on(traced):
    async def application(scope, receive, send):
        raise ValueError("before the response")

    with pytest.raises(ValueError, match="before"):
        Server().run(application)
    assert only(traced)["tags"]["error"] == "ValueError: before the response"


def test_what_is_raised_after_a_500_is_its_reason(traced):
    """As frameworks do: the error page first, then the exception for the server's log."""

    async def application(scope, receive, send):
        await send({**START, "status": 500})
        await send(BODY)
        raise ValueError("the reason")

    with pytest.raises(ValueError, match="reason"):
        Server().run(application)
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("500", "ValueError: the reason")


def test_a_response_that_is_cut_keeps_its_status(traced):
    async def application(scope, receive, send):
        await send(START)
        await send(PART)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="middle"):
        Server().run(application)
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("200", "ValueError: in the middle")


def test_a_client_that_has_gone_is_an_error(traced):
    """As a streaming response has it: the application sees the disconnect and returns."""

    async def application(scope, receive, send):
        await send(START)
        await send(PART)
        assert (await receive())["type"] == "http.disconnect"

    Server(received=[{"type": "http.disconnect"}]).run(application)
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("200", "the response was not completed")


def test_a_send_that_fails_is_an_error(traced):
    async def application(scope, receive, send):
        await send(START)

    server = Server()

    async def send(message):
        raise OSError("client gone")

    server.send = send
    with pytest.raises(OSError, match="gone"):
        server.run(application)
    assert only(traced)["tags"]["error"] == "OSError: client gone"


def test_a_cancelled_request_is_an_error(traced):
    async def application(scope, receive, send):
        await asyncio.sleep(60)

    async def main():
        server = Server()
        call = clew.asgi(application)(server.scope, server.receive, server.send)
        task = asyncio.create_task(call)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert only(traced)["tags"]["error"] == "CancelledError"


def test_requests_at_once_keep_their_own_context(traced):
    async def application(scope, receive, send):
        mine = clew.current()
        for _ in range(5):
            await asyncio.sleep(0)
            assert clew.current() is mine
        with clew.span("child") as child:
            await asyncio.sleep(0)
            assert child.parent_id == mine.span_id
        await plain(scope, receive, send)

    async def main():
        traced_application = clew.asgi(application)
        servers = [Server() for _ in range(100)]
        await asyncio.gather(
            *(traced_application(one.scope, one.receive, one.send) for one in servers)
        )

    asyncio.run(main())
    assert len({span["traceId"] for span in traced.finished()}) == 100


def test_lifespan_and_what_nobody_knows_pass_untouched(traced):
    for kind in ("lifespan", "smtp"):
        seen = []

        async def application(scope, receive, send, seen=seen):
            seen.append((scope, receive, send, clew.current()))

        server = Server({"type": kind})
        server.run(application)
        assert seen == [({"type": kind}, server.receive, server.send, None)]
    assert traced.finished() == []


def test_two_around_each_other_are_one_span(traced):
    Server().run(clew.asgi(plain))
    assert len(traced.finished()) == 1


def test_paths_may_be_skipped_with_all_below_them(traced):
    for path in ("/health", "/health/deep", "/healthy"):
        Server(scope_of(path=path, raw_path=path.encode())).run(plain, skip=["/health/"])
    assert only(traced)["tags"]["http.path"] == "/healthy"


@pytest.mark.parametrize("sampled", [b"1", b"0"])
def test_the_response_may_tell_the_trace_id(traced, sampled):
    b3 = b"a" * 16 + b"-" + b"b" * 16 + b"-" + sampled
    server = Server(scope_of(headers=[(b"b3", b3)]))
    server.run(plain, trace_header="X-Trace-Id")
    assert server.sent[0]["headers"] == [(b"a", b"b"), (b"x-trace-id", b"a" * 16)]
    assert START["headers"] == [(b"a", b"b")]
    assert len(traced.finished()) == int(sampled)


def test_several_headers_of_one_name_are_one_list(traced):
    headers = [(b"b3", b"0"), (b"b3", b"0")]  # malformed together, so that a trace begins
    Server(scope_of(headers=headers)).run(plain)
    assert len(traced.finished()) == 1


ACCEPT = {"type": "websocket.accept"}
CLOSE = {"type": "websocket.close"}


def test_a_websocket_connection_is_one_span(traced):
    async def application(scope, receive, send):
        await receive()
        await send(ACCEPT)
        with clew.span("message"):
            await send({"type": "websocket.send", "text": "hi"})
        await send(CLOSE)

    Server(scope_of("websocket"), [{"type": "websocket.connect"}]).run(application)
    spans = {span["name"]: span for span in traced.finished()}
    assert spans["websocket"]["kind"] == "SERVER"
    assert spans["websocket"]["tags"] == {
        "http.path": "/a/b",
        "http.status_code": "101",
        "websocket.close_code": "1000",
    }
    assert spans["message"]["parentId"] == spans["websocket"]["id"]


def test_a_websocket_that_is_refused_has_a_status(traced):
    Server(scope_of("websocket")).run(sending(CLOSE))
    assert only(traced)["tags"]["http.status_code"] == "403"
    Server(scope_of("websocket")).run(
        sending({"type": "websocket.http.response.start", "status": 401})
    )
    assert traced.finished()[-1]["tags"]["http.status_code"] == "401"


def test_a_websocket_that_fails_is_an_error(traced):
    Server(scope_of("websocket")).run(sending(ACCEPT, {**CLOSE, "code": 1011}))
    assert only(traced)["tags"]["error"] == "closed with 1011"


@pytest.mark.parametrize(("code", "error"), [(1001, None), (1006, "closed with 1006")])
def test_a_websocket_client_that_goes_is_told_by_its_code(traced, code, error):
    async def application(scope, receive, send):
        await receive()
        await send(ACCEPT)
        assert (await receive())["code"] == code
        await send(CLOSE)  # too late: the first end counts

    gone = {"type": "websocket.disconnect", "code": code}
    Server(scope_of("websocket"), [{"type": "websocket.connect"}, gone]).run(application)
    tags = only(traced)["tags"]
    assert (tags["websocket.close_code"], tags.get("error")) == (str(code), error)


def test_a_websocket_client_that_goes_before_it_is_accepted_has_no_code(traced):
    async def application(scope, receive, send):
        await receive()

    gone = {"type": "websocket.disconnect", "code": 1006}
    Server(scope_of("websocket"), [gone]).run(application)
    assert "websocket.close_code" not in only(traced)["tags"]


def test_a_websocket_application_that_raises_is_an_error(traced):
    async def application(scope, receive, send):
        await send(ACCEPT)
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="middle"):
        Server(scope_of("websocket")).run(application, trace_header="X-Trace-Id")
    assert only(traced)["tags"]["error"] == "ValueError: in the middle"


def test_a_scope_that_is_no_request_is_served(http_collector):
    clew.enable(service_name="a", endpoint=http_collector.endpoint)
    assert Server({"type": "http"}).run(plain) == [START, BODY]
    clew.disable()


def test_while_tracing_is_off_the_application_is_only_called():
    assert Server().run(plain) == [START, BODY]


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("callable", {"application": 5}),
        ("skip", {"skip": "/a"}),
        ("slash", {"skip": ["a"]}),
        ("trace_header", {"trace_header": 5}),
        ("trace_header", {"trace_header": "X Trace"}),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(words, arguments):
    with pytest.raises((TypeError, ValueError), match=words):
        clew.asgi(**{"application": plain, **arguments})


class WebSocketDisconnect(Exception):
    """As Starlette's: what its receive_text() raises."""


@pytest.mark.parametrize("code", [1000, 1001, 1005, 4000])
@pytest.mark.parametrize("error", [WebSocketDisconnect, asyncio.CancelledError, RuntimeError])
def test_what_a_handler_raises_after_its_client_has_closed_is_no_error(traced, code, error):
    async def application(scope, receive, send):
        await send(ACCEPT)
        await receive()
        raise error("after the close")

    server = Server(scope_of("websocket"), [{"type": "websocket.disconnect", "code": code}])
    with pytest.raises(error):
        server.run(application)
    span = only(traced)
    assert span["tags"]["websocket.close_code"] == str(code)
    assert "error" not in span["tags"]
    told = [note["value"] for note in span["annotations"]]
    assert told == (["RuntimeError: after the close"] if error is RuntimeError else [])


@pytest.mark.parametrize(("code", "error"), [(1000, None), (1006, "closed with 1006")])
def test_an_application_that_only_sends_learns_of_the_close_by_sending(traced, code, error):
    """The server's next message says how the client has closed; nobody asked for it."""

    class Gone(Server):
        async def send(self, message):
            if message["type"] == "websocket.send":
                raise OSError("the connection is closed")

    async def application(scope, receive, send):
        await send(ACCEPT)
        try:
            await send({"type": "websocket.send", "text": "hi"})
        except OSError:
            raise WebSocketDisconnect("1006") from None

    server = Gone(scope_of("websocket"), [{"type": "websocket.disconnect", "code": code}])
    with pytest.raises(WebSocketDisconnect):
        server.run(application)
    tags = only(traced)["tags"]
    assert (tags["websocket.close_code"], tags.get("error")) == (str(code), error)


def test_a_server_without_a_message_is_not_waited_for(traced):
    class Silent(Server):
        async def receive(self):
            await asyncio.get_running_loop().create_future()

    async def application(scope, receive, send):
        await send(ACCEPT)
        raise WebSocketDisconnect("1006")

    with pytest.raises(WebSocketDisconnect):
        Silent(scope_of("websocket")).run(application)
    assert only(traced)["tags"]["error"] == "WebSocketDisconnect: 1006"


@pytest.mark.parametrize("ending", ["return", "disconnect", "cancel", "send", "fail"])
def test_a_client_that_has_gone_is_told_however_the_application_ends(traced, ending):
    """A middleware may complete the response all the same, as Starlette's BaseHTTPMiddleware."""

    class ClientDisconnect(Exception):
        pass

    raised = {"disconnect": ClientDisconnect, "cancel": asyncio.CancelledError, "fail": ValueError}

    async def application(scope, receive, send):
        await send(START)
        await send(PART)
        await receive()
        if ending == "send":
            await send(BODY)
        if ending in raised:
            raise raised[ending]("gone")

    server = Server(received=[{"type": "http.disconnect"}])
    if ending in raised:
        with pytest.raises(raised[ending]):
            server.run(application)
    else:
        server.run(application)
    span = only(traced)
    expected = "ValueError: gone" if ending == "fail" else "the response was not completed"
    assert (span["tags"]["http.status_code"], span["tags"]["error"]) == ("200", expected)
    assert [note["value"] for note in span["annotations"]] == ["client disconnected"]


def test_a_disconnect_after_the_whole_response_is_no_event(traced):
    async def application(scope, receive, send):
        await plain(scope, receive, send)
        await receive()

    Server(received=[{"type": "http.disconnect"}]).run(application)
    span = only(traced)
    assert span["annotations"] == []
    assert "error" not in span["tags"]


def test_a_route_names_the_span_unless_the_application_has(traced):
    async def application(scope, receive, send):
        if scope["path"] == "/own":
            clew.current().set_name("mine")
        scope["route"] = type("Route", (), {"path": "/a/{item}"})
        await plain(scope, receive, send)

    Server().run(application)
    Server(scope_of(path="/own", raw_path=b"/own")).run(application)
    assert [span["name"] for span in traced.finished()] == ["get /a/{item}", "mine"]


def test_a_path_to_skip_is_not_traced_further_in_either(traced):
    inner = clew.asgi(plain)
    assert Server().run(inner, skip=["/a"]) == [START, BODY]
    assert traced.finished() == []
