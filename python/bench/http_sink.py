# SPDX-License-Identifier: Apache-2.0
"""A Zipkin collector that answers 202 and counts spans: where peers.py sends to, in a process of
its own so that its work is not measured. Prints its port; GET /spans answers how many came.
"""

import gzip
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    spans = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        Sink.spans += len(json.loads(body))
        self.answer(202, b"")

    def do_GET(self):
        self.answer(200, str(Sink.spans).encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
