# SPDX-License-Identifier: Apache-2.0
"""Runs the quickstart against a collector made of Python's http.server and looks at its trace."""

import http.server
import json
import subprocess
import sys
import threading
import unittest

PROGRAM = sys.argv[1]


class Collector(http.server.BaseHTTPRequestHandler):
    spans = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Collector.spans += json.loads(body)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def run(endpoint):
    return subprocess.run([PROGRAM, endpoint], capture_output=True, text=True, timeout=30)


class Quickstart(unittest.TestCase):
    def test_sends_one_trace_over_two_services(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ran = run(f"http://127.0.0.1:{server.server_port}/api/v2/spans")
        server.shutdown()
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        spans = {
            (span["localEndpoint"]["serviceName"], span.get("kind")): span
            for span in Collector.spans
        }
        self.assertEqual(len(Collector.spans), 4)
        request, call = spans["front", "SERVER"], spans["front", "CLIENT"]
        answer, resize = spans["back", "SERVER"], spans["back", None]
        self.assertEqual(ran.stdout, f"trace {request['traceId']}\n")
        self.assertEqual({span["traceId"] for span in Collector.spans}, {request["traceId"]})
        self.assertNotIn("parentId", request)
        self.assertEqual(call["parentId"], request["id"])
        self.assertEqual((answer["id"], answer["shared"]), (call["id"], True))
        self.assertEqual(resize["parentId"], answer["id"])
        self.assertEqual(resize["tags"], {"width": "640"})
        self.assertEqual(resize["annotations"][0]["value"], "cache miss")

    def test_says_why_nothing_arrives(self):
        ran = run("http://127.0.0.1:1")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("Connection refused", ran.stderr)

    def test_says_which_option_is_wrong(self):
        ran = run("nonsense")
        self.assertEqual(ran.returncode, 2)
        self.assertIn("'nonsense' begins neither", ran.stderr)
        self.assertEqual(ran.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
