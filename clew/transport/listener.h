// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waits on one address for peers and hands each to a protocol: the beginning of every receiver of
// spans. Keeps the number of connections within its limit, tells connections when to look at their
// deadlines, and closes down in order: no new peers, what is in flight is answered, then the end.
//
//     Expected<std::unique_ptr<Listener>> listener = Listener::open(loop, options,
//     make_connection);
//     (*listener)->start();
//     ...
//     (*listener)->finish(std::chrono::seconds(5));
//
// Threads: open(), start(), finish() from the owner; make_connection is called on any loop thread.
// Lifetime: ends before its event loop and after what its connections use.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "clew/base/expected.h"
#include "clew/transport/connection.h"
#include "clew/transport/event_loop.h"

namespace clew::transport {

struct ListenerOptions {
    // An IPv4 or IPv6 address in numbers, or "localhost". "::" takes IPv4 peers too.
    std::string address = "127.0.0.1";
    // 0: any free port; port() tells which.
    std::uint16_t port = 0;
    // Open connections. For one more, a connection that waits for its peer's next message is
    // closed; where all are busy, the newcomer is told `refusal` and closed.
    std::size_t connections_max = 4096;
    // Peers that the operating system keeps waiting for accept.
    int backlog_max = 1024;
    // What the protocol says to a peer beyond connections_max; may be empty.
    std::string refusal;
    // The protocol makes a connection for such a peer as well (AcceptedSocket::is_refused) and
    // refuses it itself: it may have one question that must always be answered.
    bool serves_refused = false;
    // Called on a loop thread when the system has no descriptor or memory for a peer, at most once
    // in accept_error_interval; may be empty.
    std::function<void(const Error&)> on_accept_error;
    std::chrono::milliseconds accept_error_interval{10'000};
};

struct ListenerCounts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;        // beyond connections_max, or no descriptor left
    std::uint64_t made_room = 0;      // closed while waiting, for another peer
    std::uint64_t accept_errors = 0;  // e.g. no file descriptor left; tried again after a pause
    std::size_t open = 0;             // now
    bool is_broken = false;           // accepts nobody any more, and nobody has asked for that
};

class Listener {
public:
    // Makes the protocol's connection for a socket; start() is called on it, on its own thread.
    using MakeConnection = std::function<std::shared_ptr<Connection>(AcceptedSocket)>;

    // Binds and listens; nobody is accepted before start(). Errors: address_in_use,
    // permission_denied, invalid_argument (no such address), io.
    static Expected<std::unique_ptr<Listener>> open(
        EventLoop& loop, const ListenerOptions& options, MakeConnection make_connection
    );

    // Closes every connection at once and waits until they are gone.
    // Requires: the event loop runs, or was never started.
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void start();

    // Accepts nobody any more, lets what is in flight end, closes what is left at the deadline.
    // True when nothing had to be cut off. Blocks; not for a loop thread. Idempotent.
    bool finish(std::chrono::milliseconds patience);

    // The real ones, e.g. "127.0.0.1" and 40123.
    const std::string& address() const noexcept;
    std::uint16_t port() const noexcept;

    ListenerCounts counts() const;

private:
    struct State;  // shared with the connections' slots
    explicit Listener(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
};

}  // namespace clew::transport
