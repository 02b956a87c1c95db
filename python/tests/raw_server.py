# SPDX-License-Identifier: Apache-2.0
"""A server that answers each request, or each connection, with bytes that a test gives: what a
well-behaved HTTP server would not send, or not then.
"""

import contextlib
import socket
import threading

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CLOSE = None  # in place of an answer: the connection is closed
TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"


class RawServer:
    """answers: what each connection's requests get, in turn; past their end the last once more."""

    def __init__(self, *answers):
        self.answers = answers
        self.requests = []  # the heads, as they came
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
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
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(ConnectionError), connection:
            answers = list(self.answers)
            while head := _head_of(connection):
                self.requests.append(head)
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if answer is CLOSE:
                    return
                connection.sendall(answer)


def _head_of(connection):
    """A request without a body; empty at the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        part = connection.recv(1)
        if not part:
            return b""
        head += part
    return head


@contextlib.contextmanager
def answering(*answers):
    server = RawServer(*answers)
    try:
        yield server
    finally:
        server.close()
