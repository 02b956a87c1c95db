# SPDX-License-Identifier: Apache-2.0
"""Bodies that are files: the server gets them as they are, so that it may send them its own way
(wsgi.file_wrapper of PEP 3333), and their end ends the span.
"""

import gc
import io
import weakref
import wsgiref.util

from test_wsgi import Server, environ_of, only


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
