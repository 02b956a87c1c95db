# SPDX-License-Identifier: Apache-2.0
"""The requests of the example, and how each is found again: by its transaction id, as an operator
would who has it from a log line or from a client's X-Trans-Id.
"""

import json
import socket
import time
from urllib.parse import urlencode

ACCOUNT = "/v1/AUTH_test"
CONTAINER = f"{ACCOUNT}/box"
OBJECT = f"{CONTAINER}/thing"
SEGMENT_BYTES = 4096
SEGMENTS = 2
TRACE_SECONDS_MAX = 60
# The spans of a PUT: the proxy's own, three calls to object servers and three of those to the
# container's, each call with both of its halves; on top, when nothing is known of account and
# container yet, a look at either.
PUT_SPANS = 1 + 2 * 3 + 2 * 3
COLD_PUT_SPANS = PUT_SPANS + 2 * 2


class Requests:
    """Asks a cluster, and `get` (of a path of clew's API, to JSON) for what became of it."""

    def __init__(self, cluster, get):
        self.cluster = cluster
        self.get = get

    def ask(self, method, path, body=None, status=(200,)):
        """The reply; a RuntimeError when its status is none of these."""
        reply = self.cluster.request(method, path, body)
        if reply.status not in status:
            raise RuntimeError(f"{method} {path}: {reply.status}, not {status}: {reply.body!r}")
        return reply

    def make_container(self):
        return self.ask("PUT", CONTAINER, status=(201, 202))  # 202: it was there

    def put(self, path=OBJECT, body=b"what is kept\n"):
        return self.ask("PUT", path, body, status=(201,))

    def put_cold(self):
        """A PUT for which the proxy has to ask about account and container first."""
        address = ("127.0.0.1", self.cluster.layout.cache_port)
        with socket.create_connection(address, timeout=TRACE_SECONDS_MAX) as cache:
            cache.sendall(b"flush_all\r\n")
            answer = cache.recv(16)
        if answer != b"OK\r\n":
            raise RuntimeError(f"memcached answers flush_all with {answer!r}")
        return self.put()

    def put_large(self):
        """A large object of SEGMENTS: (the reply to its manifest, that of its GET)."""
        segments = []
        for number in range(SEGMENTS):
            body = bytes([number]) * SEGMENT_BYTES
            etag = self.put(f"{CONTAINER}/segment-{number}", body).headers["etag"].strip('"')
            entry = {"path": f"/box/segment-{number}", "etag": etag, "size_bytes": len(body)}
            segments.append(entry)
        manifest = f"{CONTAINER}/large?multipart-manifest=put"
        put = self.ask("PUT", manifest, json.dumps(segments).encode(), status=(201,))
        got = self.ask("GET", f"{CONTAINER}/large")
        if len(got.body) != SEGMENTS * SEGMENT_BYTES:
            raise RuntimeError(f"the large object has {len(got.body)} bytes")
        return put, got

    def trace(self, reply, spans=1):
        """The trace of a reply, as soon as it has so many spans; TimeoutError: it never had."""
        question = urlencode({"annotationQuery": f"swift.trans_id={reply.transaction}"})
        deadline = time.monotonic() + TRACE_SECONDS_MAX
        found = []
        while time.monotonic() < deadline:
            traces = self.get(f"/api/v2/traces?{question}")
            found = traces[0] if traces else []
            if len(found) >= spans:
                return found
            time.sleep(0.05)
        raise TimeoutError(f"{reply.transaction} has {len(found)} of {spans} spans")

    def holders(self, trace):
        """The object servers that took a replica, by the trace of its PUT."""
        devices = {
            span["tags"]["swift.device"]
            for span in trace
            if span["kind"] == "SERVER" and span["name"] == "put object"
        }
        return [name for name in self.cluster.layout.object_servers if f"o{name[-1]}" in devices]
