# SPDX-License-Identifier: Apache-2.0
"""What is read from the server and the services, against a server that answers as clew does."""

import json
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dev import demo, running


def span(kind, service, span_id, duration=1):
    return {
        "traceId": "a",
        "id": span_id,
        "kind": kind,
        "localEndpoint": {"serviceName": service},
        "duration": duration,
    }


WHOLE = [
    span("SERVER", "front", "1"),
    span("CLIENT", "front", "2"),
    span("SERVER", "middle", "2"),
    span("CLIENT", "middle", "3"),
    span("SERVER", "back", "3"),
]


class WholeTrace(unittest.TestCase):
    def test_has_every_service_and_both_halves_of_every_call(self):
        self.assertTrue(demo.is_whole(WHOLE))

    def test_lacks_a_service(self):
        self.assertFalse(demo.is_whole(WHOLE[:3]))

    def test_lacks_a_half(self):
        self.assertFalse(demo.is_whole([*WHOLE, span("CLIENT", "middle", "4")]))

    def test_has_a_span_that_goes_on(self):
        going_on = {key: value for key, value in WHOLE[0].items() if key != "duration"}
        self.assertFalse(demo.is_whole([going_on, *WHOLE[1:]]))

    def test_may_have_local_spans(self):
        self.assertTrue(demo.is_whole([*WHOLE, {"traceId": "a", "id": "9"}]))


class Answers(BaseHTTPRequestHandler):
    replies = {
        "/health": {"status": "UP"},
        "/api/v2/traces?serviceName=front&limit=50": [WHOLE, WHOLE[:2]],
        "/metrics": {
            "counter.zipkin_collector.spans.http": 2.0,
            "counter.zipkin_collector.spans.scribe": 5.0,
            "gauge.clew_storage_traces": 3.0,
            "gauge.zipkin_collector.message_spans.http": 7,
        },
    }

    def do_GET(self):  # noqa: N802 (the standard library's name)
        reply = json.dumps(self.replies[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        """Silent: a test prints nothing."""


class AskedOverItsApi(unittest.TestCase):
    def setUp(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        self.serve = demo.Serve("127.0.0.1", server.server_address[1])

    def test_is_ready(self):
        self.assertTrue(self.serve.is_ready())
        self.assertFalse(demo.Serve("127.0.0.1", 1).is_ready())

    def test_names_whole_traces_only(self):
        self.assertEqual(self.serve.finished_traces(), ["a"])

    def test_sums_received_spans_over_transports(self):
        self.assertEqual(self.serve.status_line(), "7 spans received, 3 traces")


class Addresses(unittest.TestCase):
    def test_are_reached_on_the_loopback_address_when_it_listens_everywhere(self):
        self.assertEqual(demo.Serve("0.0.0.0", 9411).local, "http://127.0.0.1:9411")
        self.assertEqual(demo.Serve("::", 9411).local, "http://[::1]:9411")

    def test_are_shown_as_bound(self):
        self.assertEqual(demo.Serve("192.0.2.7", 80).shown, "http://192.0.2.7:80")
        self.assertNotIn("0.0.0.0", demo.Serve("0.0.0.0", 9411).shown)


class Ports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_are_read_when_both_are_there(self):
        path = self.folder / "ports"
        self.assertIsNone(demo.read_ports(path))
        path.write_text("http=1\nscr")
        self.assertIsNone(demo.read_ports(path))
        path.write_text("http=1\nscribe=2\n")
        self.assertEqual(demo.read_ports(path), {"http": 1, "scribe": 2})

    def test_are_read_from_what_a_service_says(self):
        record = self.folder / "front.pid"
        program = running.Running(record, 1, "1")
        program.log.write_text("starting\nfront listens on port 80")
        self.assertIsNone(demo.said_port(program))
        program.log.write_text("starting\nfront listens on port 8081\n")
        self.assertEqual(demo.said_port(program), 8081)


if __name__ == "__main__":
    unittest.main()
