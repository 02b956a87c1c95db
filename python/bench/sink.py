# SPDX-License-Identifier: Apache-2.0
"""A scribe collector that answers OK and keeps nothing: where the benches send to, in a process of
its own so that its work is not measured. Prints its port.
"""

import socket
import struct
import threading


def serve(connection):
    with connection, connection.makefile("rb") as stream:
        while len(head := stream.read(4)) == 4:
            frame = stream.read(struct.unpack(">i", head)[0])
            if frame[0] & 0x80:  # versioned: version, length of the name, name, sequence id
                (size,) = struct.unpack_from(">i", frame, 4)
                head = struct.pack(">I", 0x80010002) + frame[4 : 12 + size]
            else:  # length of the name, name, type, sequence id
                (size,) = struct.unpack_from(">i", frame, 0)
                head = frame[: 4 + size] + b"\x02" + frame[5 + size : 9 + size]
            reply = head + struct.pack(">bhib", 8, 0, 0, 0)
            connection.sendall(struct.pack(">i", len(reply)) + reply)


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
