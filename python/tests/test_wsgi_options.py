# SPDX-License-Identifier: Apache-2.0
"""The options of clew.wsgi(), and that it does nothing while tracing is off; as test_wsgi.py."""

import pytest
from test_wsgi import Server, environ_of, only, plain

import clew


def test_paths_may_be_skipped_with_all_below_them(traced):
    application = clew.wsgi(plain, skip=["/health", "/recon/"])
    for path in ("/health", "/health/deep", "/recon/x", "/recon", "/healthy", "/"):
        list(application(environ_of(path), lambda status, headers: None))
    paths = [span["tags"]["http.path"] for span in traced.finished()]
    assert sorted(paths) == ["/", "/healthy"]


def test_more_tags_are_read_when_the_response_ends(traced):
    def application(environ, start_response):
        environ["swift.trans_id"] = "tx1"
        return plain(environ, start_response)

    tags = {"swift.trans_id": "swift.trans_id", "HTTP_USER_AGENT": "http.user_agent", "NO": "no"}
    server = Server(plain, environ_of(HTTP_USER_AGENT="curl"))
    server.application = clew.wsgi(application, tags=tags)
    server.run()
    span = only(traced)
    assert (span["tags"]["swift.trans_id"], span["tags"]["http.user_agent"]) == ("tx1", "curl")
    assert "no" not in span["tags"]


def test_tags_leave_what_is_raised_as_it_is(traced):
    class Unprintable:
        def __str__(self):
            raise RuntimeError

    class Body(list):
        def close(self):
            raise ValueError("mine, too")

    def failing(environ, start_response):
        environ["odd"] = Unprintable()
        raise ValueError("mine")

    def closing(environ, start_response):
        start_response("200 OK", [])
        return Body([b"a"])

    server = Server(plain)
    for application, words in ((failing, "mine"), (closing, "mine, too")):
        server.application = clew.wsgi(application, tags={"odd": "odd"})
        with pytest.raises(ValueError, match=f"^{words}$"):
            server.run()
    first, second = sorted(traced.finished(), key=lambda span: span["timestamp"])
    assert first["tags"]["error"] == "ValueError: mine"
    assert first["tags"]["odd"] == "<Unprintable that cannot be shown>"
    assert second["tags"]["error"] == "ValueError: mine, too"


def test_a_tag_may_close_the_response_and_empty_the_environ_while_it_is_shown(traced):
    class Closing:
        def __str__(self):
            server.environ.clear()
            response.close()
            return "closed"

    server = Server(plain, environ_of(odd=Closing(), even="2"))
    server.application = clew.wsgi(
        lambda environ, start_response: iter(plain(environ, start_response)),
        tags={"odd": "odd", "even": "even"},
    )
    response = server.call()
    assert b"".join(response) == b"hello"
    response.close()
    assert only(traced)["tags"]["http.status_code"] == "200"


@pytest.mark.parametrize("sampled", ["1", "0"])
def test_the_response_may_tell_the_trace_id(traced, sampled):
    server = Server(plain, environ_of(HTTP_B3=f"{'a' * 16}-{'b' * 16}-{sampled}"))
    server.application = clew.wsgi(plain, trace_header="X-Trace-Id")
    assert server.run() == b"hello"
    headers = [("Content-Type", "text/plain"), ("X-Trace-Id", "a" * 16)]
    assert server.started == [("200 OK", headers)]
    assert len(traced.finished()) == int(sampled)


def test_while_tracing_is_off_the_application_is_only_called():
    body = [b"hello"]
    assert clew.wsgi(lambda environ, start_response: body)({}, None) is body


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("callable", {"application": 5}),
        ("skip", {"skip": "/a"}),
        ("skip", {"skip": [5]}),
        ("slash", {"skip": ["a"]}),
        ("trace_header", {"trace_header": b"X-Trace-Id"}),
        ("trace_header", {"trace_header": ""}),
        ("trace_header", {"trace_header": "X-Trace\r\nId"}),
    ],
)
def test_a_wrong_argument_is_one_clear_sentence(words, arguments):
    with pytest.raises((TypeError, ValueError), match=words):
        clew.wsgi(**{"application": plain, **arguments})
