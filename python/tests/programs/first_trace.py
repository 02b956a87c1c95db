# SPDX-License-Identifier: Apache-2.0
"""An installed package at work, with nothing but the standard library beside it: a WSGI server, a
call to it, and a collector that must receive both halves of the one trace. Run in a clean
environment by tools/dev/wheels.py; prints one line, or ends with status 1.
"""

import http.server
import json
import sys
import threading
import time
import urllib.request
import wsgiref.simple_server

import clew

received = []


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # noqa: N802 (the standard library's name)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            import gzip

            body = gzip.decompress(body)
        received.extend(json.loads(body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_):
        """Silent: what counts is what arrived."""


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        """Silent, too."""


def hello(_, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def serving(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


collector = http.server.HTTPServer(("127.0.0.1", 0), Collector)
clew.enable(
    service_name="first",
    endpoint=f"http://127.0.0.1:{serving(collector)}/api/v2/spans",
)
application = clew.wsgi(hello)
port = serving(wsgiref.simple_server.make_server("127.0.0.1", 0, application, handler_class=Quiet))
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with clew.span("work") as work:
    assert direct.open(f"http://127.0.0.1:{port}/", timeout=20).read() == b"hello"
# The client may have its answer before the server's span ends.
deadline = time.monotonic() + 20
while len(received) < 3 and time.monotonic() < deadline:
    assert clew.flush(20), "the collector did not take the spans in time"
    time.sleep(0.01)
kinds = sorted(span.get("kind", "LOCAL") for span in received)
traces = {span["traceId"] for span in received}
if kinds != ["CLIENT", "LOCAL", "SERVER"] or traces != {work.trace_id}:
    sys.exit(f"wanted one trace of three spans, got {json.dumps(received, indent=1)}")
print(f"clew {clew.__version__} on CPython {sys.version.split()[0]}: one trace of three spans")
