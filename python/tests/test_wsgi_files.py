# SPDX-License-Identifier: Apache-2.0
"""Bodies that are files: the server gets them as they are, so that it may send them its own way
(wsgi.file_wrapper of PEP 3333), and their end ends the span.
"""

import gc
import io
import sys
import weakref
import wsgiref.util

import pytest
from test_wsgi import Server, environ_of, only

import clew


def test_a_file_wrapper_reaches_the_server_as_it_is(traced):
    file = io.BytesIO(b"content")
    wrapper = wsgiref.util.FileWrapper(file)
    body = Server(lambda e, s: s("200 OK", []) and wrapper).call()
    assert body is wrapper
    assert list(body) == [b"content"]
    assert traced.finished() == []
    body.close()
    assert file.closed
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_a_file_wrapper_goes_when_it_is_closed(traced):
    class Wrapper:
        closed = 0

        def close(self):
            Wrapper.closed += 1

    gc.collect()
    gc.disable()
    try:
        environ = environ_of(**{"wsgi.file_wrapper": Wrapper})
        body = Server(lambda e, s: s("200 OK", []) and Wrapper(), environ).call()
        body.close()
        body.close()
        known = weakref.ref(body)
        del body, environ
        assert known() is None
    finally:
        gc.enable()
    assert Wrapper.closed == 1
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_a_file_wrapper_that_takes_no_attribute_ends_the_span_at_once(traced):
    class Wrapper:
        __slots__ = ()

    wrapper = Wrapper()
    environ = environ_of(**{"wsgi.file_wrapper": Wrapper})
    assert Server(lambda e, s: s("200 OK", []) and wrapper, environ).call() is wrapper
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_a_file_wrapper_without_a_file_to_close_ends_the_span(traced):
    class File:
        def read(self, size):
            return b""

    wrapper = wsgiref.util.FileWrapper(File())
    body = Server(lambda e, s: s("200 OK", []) and wrapper).call()
    assert body is wrapper
    body.close()
    assert len(traced.finished()) == 1


class Identifying:
    """A server whose file wrapper is a function, as uWSGI's: it sends as a file what that returned
    last, by identity. The span is to end with the file's close(), after it has been sent.
    """

    def __init__(self, wrap):
        self.wrap = wrap
        self.wrapped = None
        self.environ = environ_of(**{"wsgi.file_wrapper": self.file_wrapper})

    def file_wrapper(self, file, size=8192):
        self.wrapped = self.wrap(file)
        return self.wrapped

    def serve(self, application):
        """Whether the body was sent as a file."""
        body = Server(application, self.environ).call()
        is_file = self.wrapped is not None and body is self.wrapped
        if not is_file:
            b"".join(body)
        if hasattr(body, "close"):
            body.close()
        return is_file


class Bare:
    """A wrapper written in C: no attribute can be added, and only its file is closed."""

    __slots__ = ("filelike",)

    def __init__(self, file):
        self.filelike = file

    def close(self):
        self.filelike.close()


def same(file):
    return file


@pytest.mark.parametrize("wrap", [same, wsgiref.util.FileWrapper, Bare])
@pytest.mark.parametrize("is_sampled", [True, False])
def test_what_a_function_wrapped_reaches_the_server_as_it_is(traced, tmp_path, wrap, is_sampled):
    (tmp_path / "file").write_bytes(b"content")
    server = Identifying(wrap)
    if not is_sampled:
        server.environ["HTTP_B3"] = "0"
    files = []

    def application(environ, start_response):
        start_response("200 OK", [])
        files.append(open(tmp_path / "file", "rb"))  # noqa: SIM115
        return environ["wsgi.file_wrapper"](files[0], 4096)

    assert server.serve(application)
    assert files[0].closed
    spans = traced.finished()
    assert [span["tags"]["http.status_code"] for span in spans] == ["200"] * is_sampled


def test_a_span_lasts_until_the_server_has_sent_the_file(traced, tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    server = Identifying(same)

    def application(environ, start_response):
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](open(tmp_path / "file", "rb"))  # noqa: SIM115

    body = Server(application, server.environ).call()
    assert body is server.wrapped
    assert body.read() == b"content"
    assert traced.finished() == []
    body.close()
    assert len(traced.finished()) == 1


def test_a_body_that_was_wrapped_but_is_not_returned_is_none(traced):
    server = Identifying(same)

    def application(environ, start_response):
        start_response("200 OK", [])
        environ["wsgi.file_wrapper"](io.BytesIO(b"x"))
        return iter([b"another"])

    assert not server.serve(application)
    assert only(traced)["tags"]["http.status_code"] == "200"


def test_an_environ_that_is_used_again_keeps_one_wrapper(traced):
    server = Identifying(same)
    for _ in range(3):
        assert server.serve(
            lambda e, s: s("200 OK", []) and e["wsgi.file_wrapper"](io.BytesIO(b"x"))
        )
    assert server.environ["wsgi.file_wrapper"].__wrapped__ == server.file_wrapper
    assert len(traced.finished()) == 3


def test_a_file_wrapper_that_raises_is_the_applications_to_answer(traced):
    def refuse(file):
        raise OSError("no descriptor")

    server = Identifying(refuse)
    with pytest.raises(OSError, match="no descriptor"):
        server.serve(lambda e, s: s("200 OK", []) and e["wsgi.file_wrapper"](io.BytesIO(b"x")))
    assert only(traced)["tags"]["error"] == "OSError: no descriptor"


class Mark:
    """What a server takes for "the connection is mine now"."""


@pytest.mark.parametrize(
    "body", [object(), Mark(), b"whole", bytearray(b"whole"), memoryview(b"whole")]
)
@pytest.mark.parametrize("is_sampled", [True, False])
def test_a_body_that_says_nothing_by_being_read_reaches_the_server_as_it_is(
    traced, body, is_sampled
):
    environ = environ_of() if is_sampled else environ_of(HTTP_B3="0")
    assert Server(lambda e, s: s("200 OK", []) and body, environ).call() is body
    spans = traced.finished()
    assert [span["tags"].get("error") for span in spans] == [None] * is_sampled


def test_a_start_response_that_is_refused_gives_no_reason(traced):
    def application(environ, start_response):
        try:
            raise KeyError("missing")
        except KeyError:
            with pytest.raises(TypeError):
                start_response("500 Wrong", [], sys.exc_info(), "more", nonsense=1)
        start_response("200 OK", [])
        return [b"ok"]

    def strict(status, headers, reason=None):
        return None

    clew.wsgi(application)(environ_of(), strict).close()
    assert "error" not in only(traced)["tags"]
