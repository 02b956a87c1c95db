// SPDX-License-Identifier: Apache-2.0
#pragma once

// One peer that talks to a listener, whatever the protocol. Made by the protocol's server when the
// listener hands it an accepted socket, ended when the last operation on that socket has ended. The
// protocol (transport/http, transport/scribe) derives from it and keeps itself alive with
// shared_from_this() in every pending operation.
//
// Threads: all calls come on the thread of the connection's io_context.

#include <chrono>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace clew::transport {

// Counts an open connection for as long as it lives; the listener waits for all of them to go.
class ConnectionSlot {
public:
    virtual ~ConnectionSlot() = default;
};

// A socket that the listener has accepted, on its way to the protocol.
struct AcceptedSocket {
    boost::asio::io_context* context = nullptr;  // the connection lives on this context's thread
    int descriptor = -1;                         // non-blocking; whoever takes it closes it
    bool is_ipv6 = false;                        // to be assigned as tcp::v6()
    std::unique_ptr<ConnectionSlot> slot;        // keep it until the connection ends
};

class Connection {
public:
    virtual ~Connection() = default;

    // The first call: begin to read.
    virtual void start() = 0;

    // Comes a few times a second, so that no connection needs a timer of its own: close when a
    // deadline of the protocol (idle, header, body, write) has passed.
    virtual void check_deadlines(std::chrono::steady_clock::time_point now) = 0;

    // The server is going down: answer what has been received, accept nothing new, close. A
    // connection that is waiting for its next message closes now.
    virtual void finish() = 0;

    // Close now, whatever is in flight. Idempotent.
    virtual void close() = 0;
};

}  // namespace clew::transport
