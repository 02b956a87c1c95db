# SPDX-License-Identifier: Apache-2.0
"""A collector made of Python's own http.server, for http_sender_interop_test.cc.

Prints its port, then one line per request: its path, content type and body. Answers 202, and 503
with Retry-After once for each body that holds the word "busy". Ends with its standard input.
"""

import http.server
import sys
import threading

seen_busy = set()


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = sys.argv[1]

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        busy = "busy" in body and body not in seen_busy
        if busy:
            seen_busy.add(body)
        print(self.path, self.headers["Content-Type"], body, flush=True)
        self.send_response(503 if busy else 202)
        if busy:
            self.send_header("Retry-After", "2")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
