# SPDX-License-Identifier: Apache-2.0
"""Small collectors for tests, apart from clew's own: scribe on a plain socket, and Zipkin's HTTP.

Both keep spans in the shape of v2 JSON. Waiting is on conditions, with a deadline.
"""

import contextlib
import gzip
import http.server
import json
import socket
import struct
import threading
import time

import thrift_spans

WAIT_SECONDS = 20


class Collector:
    """What both have in common: the spans that came, and waiting for them."""

    def __init__(self):
        self._spans = []
        self._changed = threading.Condition()

    def add(self, spans):
        with self._changed:
            self._spans += spans
            self._changed.notify_all()

    def spans(self):
        with self._changed:
            return list(self._spans)

    def wait_for(self, wanted, seconds=WAIT_SECONDS):
        """The spans, as soon as wanted(spans) is true of them; fails when time is up."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not wanted(self._spans):
                left = deadline - time.monotonic()
                assert left > 0, f"waited {seconds} s; here is {json.dumps(self._spans, indent=1)}"
                self._changed.wait(left)
            return list(self._spans)

    def finished(self, tracer=None):
        """All spans that a tracer of this process has finished until now, the newest last."""
        assert (tracer or self.tracer).flush(WAIT_SECONDS)
        return sorted(self.spans(), key=lambda span: span["timestamp"])

    def one(self, kind, path, seconds=WAIT_SECONDS):
        """The one span of a kind with this http.path, as soon as it is there."""

        def matching(spans):
            tags = {"http.path": path}.items()
            return [s for s in spans if s.get("kind") == kind and tags <= s["tags"].items()]

        found = matching(self.wait_for(matching, seconds))
        assert len(found) == 1, found
        return found[0]

    def trace(self, trace_id, count=1, seconds=WAIT_SECONDS):
        """The spans of one trace, as soon as there are so many; fails when there are more."""

        def of_trace(spans):
            return [span for span in spans if span["traceId"].endswith(trace_id)]

        found = of_trace(self.wait_for(lambda spans: len(of_trace(spans)) >= count, seconds))
        assert len(found) == count, found
        return found


class ScribeCollector(Collector):
    """Answers Log calls, `seconds` after they came; `result` may be set to TRY_LATER."""

    def __init__(self, seconds=0.0, port=0):
        super().__init__()
        self.seconds = seconds
        self.result = thrift_spans.OK
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.endpoint = f"scribe://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # close() alone leaves a blocked accept() at it
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # shut down
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        # A program that was ended resets its connection; a call that is cut off is no call.
        with contextlib.suppress(ConnectionError), connection:
            stream = connection.makefile("rb")
            while len(head := stream.read(4)) == 4:
                (size,) = struct.unpack(">i", head)
                if len(frame := stream.read(size)) == size:
                    self._answer(connection, frame)

    def _answer(self, connection, frame):
        entries, sequence, is_strict = thrift_spans.read_log_call(frame)
        assert {category for category, _ in entries} == {b"zipkin"}
        if self.result == thrift_spans.OK:
            self.add([thrift_spans.read_span(message) for _, message in entries])
        time.sleep(self.seconds)
        connection.sendall(thrift_spans.log_reply(self.result, sequence, is_strict))


class HttpCollector(Collector):
    """Takes POST /api/v2/spans, plain or gzip, and answers 202, or `status`.

    Without `knows_gzip` it answers 415 to a body that is compressed.
    """

    def __init__(self):
        super().__init__()
        self.status = 202
        self.knows_gzip = True
        self.encodings = []  # of the bodies that came
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):  # noqa: N802
                try:
                    self.take()
                except Exception as error:
                    collector.failures.append(error)
                    raise

            def take(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                encoding = self.headers.get("Content-Encoding")
                collector.encodings.append(encoding)
                status = collector.status
                if encoding == "gzip":
                    body = gzip.decompress(body)
                    status = status if collector.knows_gzip else 415
                assert self.path == "/api/v2/spans"
                assert self.headers["Content-Type"].startswith("application/json")
                if status == 202:
                    collector.add(normalised(json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.failures = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}/api/v2/spans"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        assert self.failures == []


def normalised(spans):
    for span in spans:
        span.setdefault("annotations", [])
        span.setdefault("tags", {})
    return spans


class Echo:
    """A plain HTTP server that is not traced: remembers each request's line and headers.

    The path says what it does: /status/503 answers so, /drop closes without an answer.
    """

    def __init__(self):
        self.requests = []
        echo = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                echo.requests.append((self.command, self.path, list(self.headers.items())))
                if self.path.startswith("/drop"):
                    self.close_connection = True
                    return
                words = self.path.partition("?")[0].split("/")
                self.send_response(int(words[2]) if words[1] == "status" else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(b"ok")

            def __getattr__(self, name):  # do_GET and so on
                if name.startswith("do_"):
                    return self.answer
                raise AttributeError(name)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def headers_of(self, path):
        """The headers of the one request for a path: lower-case name -> list of values."""
        (found,) = [headers for _, target, headers in self.requests if target == path]
        values = {}
        for name, value in found:
            values.setdefault(name.lower(), []).append(value)
        return values
