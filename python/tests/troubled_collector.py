# SPDX-License-Identifier: Apache-2.0
"""A collector in trouble, for the soak test: stopped, hung, answering garbage or refusing, until it
recovers on the same port; from then on it takes spans, and counts them.

Threads: one a connection; the numbers from anywhere.
"""

import contextlib
import gzip
import itertools
import json
import re
import socket
import struct
import threading
import time

import thrift_spans

TROUBLES = ("stopped", "hung", "garbage", "refusing")
GARBAGE = b"\x00\x00\x10\x00" + bytes(range(256)) * 16


class TroubledCollector:
    def __init__(self, scheme, trouble):
        self.scheme = scheme
        self.trouble = trouble  # None: there is none any more
        self.taken = 0  # spans
        self.messages = 0  # in trouble and after
        self.paths = set()
        self._lock = threading.Lock()
        self._connections = []
        self._refusals = itertools.cycle([500, 400])
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))  # which refuses connections, as long as it is all
        self.port = self._listener.getsockname()[1]
        path = "/api/v2/spans" if scheme == "http" else ""
        self.endpoint = f"{scheme}://127.0.0.1:{self.port}{path}"
        if trouble != "stopped":
            self._listen()

    def recover(self):
        """As by a restart: what was connected is cut off."""
        with self._lock:
            was, self.trouble = self.trouble, None
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        if was == "stopped":
            self._listen()

    def close(self):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self):
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with self._lock:
                    self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        read = self._read_http if self.scheme == "http" else self._read_scribe
        with contextlib.suppress(OSError, EOFError), connection:
            stream = connection.makefile("rb")
            while True:
                spans, replies = read(stream)
                with self._lock:
                    trouble = self.trouble
                    self.messages += 1
                    if trouble is None:
                        self.taken += len(spans)
                        self.paths |= {span["tags"]["http.path"] for span in spans}
                if trouble == "hung":
                    continue
                if trouble == "garbage":
                    connection.sendall(GARBAGE)
                    return
                connection.sendall(replies[trouble])

    def _read_http(self, stream):
        """(spans, {trouble: reply}) of one request."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += stream.readline() or end_of_stream()
        (length,) = re.findall(rb"Content-Length: (\d+)\r\n", head)
        body = exactly(stream, int(length))
        if b"Content-Encoding: gzip\r\n" in head:
            body = gzip.decompress(body)
        spans = json.loads(body) if self.trouble is None else []
        refusal = next(self._refusals)
        replies = {None: 202, "refusing": refusal}
        text = "HTTP/1.1 {} Answer\r\nContent-Length: 0\r\n\r\n"
        return spans, {key: text.format(status).encode() for key, status in replies.items()}

    def _read_scribe(self, stream):
        (size,) = struct.unpack(">i", exactly(stream, 4))
        entries, sequence, is_strict = thrift_spans.read_log_call(exactly(stream, size))
        calm = self.trouble is None
        spans = [thrift_spans.read_span(message) for _, message in entries] if calm else []
        results = {None: thrift_spans.OK, "refusing": thrift_spans.TRY_LATER}
        return spans, {
            key: thrift_spans.log_reply(result, sequence, is_strict)
            for key, result in results.items()
        }

    def wait_for_paths(self, paths, seconds):
        deadline = time.monotonic() + seconds
        while not paths <= self.paths:
            missing = sorted(paths - self.paths)
            assert time.monotonic() < deadline, f"waited {seconds} s for {missing}"
            time.sleep(0.05)


def exactly(stream, size):
    octets = stream.read(size)
    return octets if len(octets) == size else end_of_stream()


def end_of_stream():
    raise EOFError
