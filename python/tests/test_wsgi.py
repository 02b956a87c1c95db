# SPDX-License-Identifier: Apache-2.0
"""clew.wsgi() as PEP 3333 has it. Method: requests made by hand, so that every way an application
and a server may treat each other is there; wsgiref's validator checks both of them.
"""

import gc
import io
import sys
import wsgiref.util
import wsgiref.validate

import pytest

import clew


def environ_of(path="/a/b", method="GET", **more):
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "password=secret",
        "SERVER_NAME": "127.0.0.2",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "REMOTE_PORT": "4321",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": wsgiref.util.FileWrapper,
    }
    return {**environ, **more}


class Server:
    """Calls an application once, as servers do."""

    def __init__(self, application, environ=None):
        self.application = clew.wsgi(application)
        self.environ = environ or environ_of()
        self.started = []
        self.sent = b""

    def start_response(self, status, headers, *reason, **keywords):
        (reason,) = [*reason, *keywords.values()] or [None]
        if reason is not None and self.sent:
            raise reason[1].with_traceback(reason[2])
        self.started.append((status, headers))
        return self.write

    def write(self, part):
        self.sent += part

    def call(self):
        return self.application(self.environ, self.start_response)

    def run(self):
        body = self.call()
        try:
            for part in body:
                self.write(part)
        finally:
            if hasattr(body, "close"):
                body.close()
        return self.sent


def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def only(traced):
    (span,) = traced.finished()
    return span


def test_a_request_is_one_server_span(traced):
    server = Server(plain)
    assert server.run() == b"hello"
    assert server.started == [("200 OK", [("Content-Type", "text/plain")])]
    span = only(traced)
    assert (span["kind"], span["name"]) == ("SERVER", "get")
    assert span["tags"] == {
        "http.method": "GET",
        "http.path": "/a/b",
        "http.status_code": "200",
    }
    assert span["localEndpoint"] == {"serviceName": "tested", "ipv4": "127.0.0.2", "port": 8080}
    assert span["remoteEndpoint"] == {"ipv4": "192.0.2.7", "port": 4321}
    assert span["annotations"] == []


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"RAW_URI": "/r%20aw/%C3%BC?q=1"}, "/r%20aw/%C3%BC"),
        ({"RAW_URI": "http://a.example/full?q"}, "/full"),
        ({"RAW_URI": "http://a.example"}, "/"),
        ({"RAW_URI": "http://a.example?q"}, "/"),
        ({"RAW_URI": "*"}, "*"),
        ({"REQUEST_URI": "/request?q"}, "/request"),
        ({"SCRIPT_NAME": "/mounted"}, "/mounted/a/b"),
        ({"PATH_INFO": "/\u00c3\u00bc a\u0000"}, "/%C3%BC%20a%00"),
        ({"PATH_INFO": "/%?#"}, "/%25%3F%23"),
        ({"PATH_INFO": ""}, ""),
    ],
)
def test_the_path_is_as_near_to_the_wire_as_the_server_tells(traced, more, path):
    Server(plain, environ_of(**more)).run()
    assert only(traced)["tags"].get("http.path", "") == path


@pytest.mark.parametrize(
    "more",
    [
        {"REMOTE_ADDR": "", "REMOTE_PORT": ""},
        {"REMOTE_ADDR": None, "SERVER_PORT": "no port"},
        {"SERVER_PORT": "99999", "REMOTE_PORT": 70000},
        {"SERVER_PORT": b"80", "SERVER_NAME": 5},
        {"PATH_INFO": 5, "REMOTE_PORT": -1},
    ],
)
def test_a_server_that_tells_nonsense_is_served(traced, more):
    assert Server(plain, environ_of(**more)).run() == b"hello"
    assert only(traced)["name"] == "get"


def test_an_environ_that_is_no_request_is_served(http_collector):
    clew.enable(service_name="a", endpoint=http_collector.endpoint)
    seen = []
    for environ in ({}, {"REQUEST_METHOD": 5}, None):
        clew.wsgi(lambda environ, start: seen.append(environ) or [b""])(environ, None)
    assert seen == [{}, {"REQUEST_METHOD": 5}, None]
    clew.disable()


def test_the_callers_trace_goes_on(traced):
    environ = environ_of(HTTP_B3="463ac35c9f6413ad-a2fb4a1d1a96d312-1")
    Server(plain, environ).run()
    span = only(traced)
    assert (span["traceId"], span["id"]) == ("463ac35c9f6413ad", "a2fb4a1d1a96d312")
    assert span["shared"] is True


@pytest.mark.parametrize("sampled", ["1", "0"])
@pytest.mark.parametrize("kind", ["list", "generator", "length"])
def test_the_span_is_current_wherever_the_application_runs(traced, sampled, kind):
    seen = []

    def see():
        seen.append(clew.current() and clew.current().trace_id)
        return b"x"

    class Body(list):
        def __iter__(self):
            return iter([see()])

        def close(self):
            see()

    def generator():
        try:
            yield see()
            yield see()
        finally:
            see()

    def application(environ, start_response):
        start_response("200 OK", [])
        see()
        return {"list": [b"x"], "generator": generator(), "length": Body()}[kind]

    Server(application, environ_of(HTTP_B3=f"{'a' * 16}-{'b' * 16}-{sampled}")).run()
    assert set(seen) == {"a" * 16}
    assert len(seen) == {"list": 1, "generator": 4, "length": 3}[kind]
    assert clew.current() is None
    assert len(traced.finished()) == int(sampled)


def test_the_span_ends_when_the_server_closes(traced):
    spans = []

    def application(environ, start_response):
        spans.append(clew.current())
        return plain(environ, start_response)

    body = Server(application).call()
    assert list(body) == [b"hello"]
    assert spans[0].is_open
    body.close()
    assert not spans[0].is_open
    body.close()
    assert len(traced.finished()) == 1


def test_a_server_that_never_closes_ends_the_span_all_the_same(traced):
    assert list(Server(plain).call()) == [b"hello"]
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_a_body_with_a_length_keeps_it(traced):
    assert len(Server(plain).call()) == 1
    assert not hasattr(Server(lambda e, s: s("200 OK", []) and iter([b"a"])).call(), "__len__")


def test_the_body_can_be_asked_for_all_that_it_has(traced):
    class Body:
        speciality = 5

        def __iter__(self):
            return iter([b"x"])

    body = Server(lambda e, s: s("200 OK", []) and Body()).call()
    assert body.speciality == 5
    with pytest.raises(AttributeError):
        body.nothing  # noqa: B018
    assert list(body) == list(body) == [b"x"]
    body.close()


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "404 Not Found"])
def test_the_servers_success_is_no_error(traced, status):
    Server(lambda e, s: s(status, []) and [], environ_of(method="HEAD")).run()
    span = only(traced)
    assert span["name"] == "head"
    assert span["tags"]["http.status_code"] == status[:3]
    assert "error" not in span["tags"]


def test_a_status_of_500_and_more_is_an_error(traced):
    Server(lambda e, s: s("503 Busy", []) and []).run()
    assert (
        only(traced)["tags"] | {"http.status_code": "503", "error": "503"} == only(traced)["tags"]
    )


def test_an_application_that_raises_is_an_error_and_a_500(traced):
    def application(environ, start_response):
        raise ValueError("before the response")

    with pytest.raises(ValueError, match="before the response"):
        Server(application).call()
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("500", "ValueError: before the response")
    assert clew.current() is None


def test_raising_after_start_response_is_a_500_too(traced):
    def application(environ, start_response):
        start_response("200 OK", [])
        raise SystemExit

    with pytest.raises(SystemExit):
        Server(application).call()
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("500", "SystemExit")


def test_a_body_that_raises_in_the_middle_keeps_its_status(traced):
    def body():
        yield b"one"
        raise KeyError("in the middle")

    server = Server(lambda e, s: s("200 OK", []) and body())
    with pytest.raises(KeyError):
        server.run()
    assert server.sent == b"one"
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("200", "KeyError: 'in the middle'")


def test_a_generator_application_starts_its_response_late(traced):
    def application(environ, start_response):
        start_response("201 Created", [])
        yield b"one"
        yield b"two"

    assert Server(application).run() == b"onetwo"
    assert only(traced)["tags"]["http.status_code"] == "201"


def test_a_body_that_cannot_be_iterated_is_an_error(traced):
    server = Server(lambda e, s: s("200 OK", []) and 5)
    with pytest.raises(TypeError):
        server.run()
    assert "TypeError" in only(traced)["tags"]["error"]


def test_a_body_whose_close_raises_is_an_error(traced):
    class Body:
        def __iter__(self):
            return iter([b"x"])

        def close(self):
            raise OSError("late")

    with pytest.raises(OSError, match="late"):
        Server(lambda e, s: s("200 OK", []) and Body()).run()
    assert only(traced)["tags"]["error"] == "OSError: late"


def test_a_server_that_stops_reading_in_the_middle_is_an_error(traced):
    body = Server(lambda e, s: s("200 OK", []) and (b"x" for _ in range(5))).call()
    assert next(iter(body)) == b"x"
    body.close()
    assert only(traced)["tags"]["error"] == "closed before the end of the body"


def test_write_sends_and_belongs_to_the_request(traced):
    def application(environ, start_response):
        write = start_response("200 OK", [])
        write(b"written ")
        return [b"returned"]

    assert Server(application).run() == b"written returned"
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_what_write_raises_is_an_error_after_a_status_of_200(traced):
    def application(environ, start_response):
        start_response("200 OK", [])(b"x")
        return []

    server = Server(application)
    server.write = lambda part: (_ for _ in ()).throw(BrokenPipeError("gone"))
    with pytest.raises(BrokenPipeError):
        server.call()
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("200", "BrokenPipeError: gone")


def test_a_response_may_start_again_with_an_exception(traced):
    def application(environ, start_response):
        start_response("200 OK", [])
        try:
            raise ValueError("found late")
        except ValueError:
            start_response("500 Oops", [("A", "b")], sys.exc_info())
        return [b"sorry"]

    server = Server(application)
    assert server.run() == b"sorry"
    assert [status for status, _ in server.started] == ["200 OK", "500 Oops"]
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("500", "ValueError: found late")


def test_a_response_that_has_been_sent_cannot_start_again(traced):
    def application(environ, start_response):
        start_response("200 OK", [])(b"sent")
        try:
            raise ValueError("too late")
        except ValueError:
            start_response("500 Oops", [], exc_info=sys.exc_info())

    with pytest.raises(ValueError, match="too late"):
        Server(application).call()
    tags = only(traced)["tags"]
    assert (tags["http.status_code"], tags["error"]) == ("200", "ValueError: too late")


def test_an_application_that_starts_no_response_is_an_error(traced):
    assert Server(lambda environ, start_response: [b"x"]).run() == b"x"
    tags = only(traced)["tags"]
    assert tags["error"] == "start_response was not called"
    assert "http.status_code" not in tags


@pytest.mark.parametrize("status", ["", "20", "abc def", "\u20ac00 OK", b"200 OK", None])
def test_a_status_that_is_none_is_passed_on(traced, status):
    server = Server(lambda e, s: s(status, []) and [])
    server.run()
    assert server.started[0][0] == status
    assert "http.status_code" not in only(traced)["tags"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_validator_finds_nothing(traced, method):
    checked = wsgiref.validate.validator(clew.wsgi(wsgiref.validate.validator(plain)))
    environ = environ_of(method=method)
    del environ["wsgi.file_wrapper"]
    body = checked(environ, Server(plain).start_response)
    assert b"".join(body) == b"hello"
    body.close()
    assert only(traced)["name"] == method.lower()


def test_two_around_each_other_are_one_span(traced):
    server = Server(clew.wsgi(clew.wsgi(plain)))
    assert server.run() == b"hello"
    assert len(traced.finished()) == 1


def test_a_request_inside_a_request_is_a_span_of_its_own(traced):
    def outer(environ, start_response):
        Server(plain, environ_of("/inner")).run()
        return plain(environ, start_response)

    Server(outer).run()
    assert sorted(s["tags"]["http.path"] for s in traced.finished()) == ["/a/b", "/inner"]


def test_a_call_that_is_no_wsgi_call_gets_the_applications_answer(traced):
    def application(*args, **keywords):
        return args, keywords

    wrapped = clew.wsgi(application)
    assert wrapped(1, b=2) == ((1,), {"b": 2})
    assert wrapped.__wrapped__ is application
    with pytest.raises(TypeError):
        clew.wsgi(plain)(1, 2, 3)


def test_nothing_leaks(traced):
    """Objects in a cycle with the response are collected, and references come back."""

    class Held:
        pass

    held = Held()
    references = sys.getrefcount(held)

    def application(environ, start_response):
        environ["held"] = held
        environ["cycle"] = start_response
        start_response("200 OK", [])
        return (part for part in [b"x"])

    for _ in range(100):
        server = Server(application)
        server.run()
        with pytest.raises(ZeroDivisionError):
            Server(lambda environ, start: (environ.update(held=held), 1 / 0)).run()
    del server
    gc.collect()
    assert sys.getrefcount(held) == references
