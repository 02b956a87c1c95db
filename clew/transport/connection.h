// SPDX-License-Identifier: Apache-2.0
#pragma once

// One peer that talks to a listener, whatever the protocol. Made by the protocol's server when the
// listener hands it an accepted socket, ended when the last operation on that socket has ended. The
// protocol (transport/http, transport/scribe) derives from it and keeps itself alive with
// shared_from_this() in every pending operation.
//
// Threads: all calls come on the thread of the connection's io_context.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "clew/transport/peer_address.h"

namespace boost::asio {
class io_context;
}

namespace clew::transport {

// Counts an open connection for as long as it lives; the listener waits for all of them to go.
class ConnectionSlot {
public:
    virtual ~ConnectionSlot() = default;

    // From now on the connection waits for its peer's next message: it may be asked to make room.
    void set_waiting(std::chrono::steady_clock::time_point now) noexcept {
        waiting_since_ns_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    }
    void set_busy() noexcept { waiting_since_ns_.store(0, std::memory_order_relaxed); }

protected:
    // Relaxed: a hint, make_room() looks again. 0: busy.
    std::atomic<std::int64_t> waiting_since_ns_{0};
};

// A socket that the listener has accepted, on its way to the protocol.
struct AcceptedSocket {
    boost::asio::io_context* context = nullptr;  // the connection lives on this context's thread
    int descriptor = -1;                         // non-blocking; whoever takes it closes it
    bool is_ipv6 = false;                        // to be assigned as tcp::v6()
    std::unique_ptr<ConnectionSlot> slot;        // keep it until the connection ends
    PeerAddress peer;
    // Beyond connections_max: only what ListenerOptions::serves_refused allows.
    bool is_refused = false;
};

// How fast a message arrives, over one window of time after another: a pause is allowed, a trickle
// that would hold memory for as long as the deadline lets it is found.
class ReceiveRate {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit ReceiveRate(std::chrono::milliseconds window) noexcept : window_(window) {}

    void begin(TimePoint now) noexcept {
        begin_ = now;
        bytes_ = 0;
    }
    void add(std::size_t bytes) noexcept { bytes_ += bytes; }

    // True when a window has just ended in which fewer bytes arrived. Begins the next one.
    bool is_below(std::uint64_t bytes_per_second, TimePoint now) noexcept {
        if (now - begin_ < window_) return false;
        const auto milliseconds = static_cast<std::uint64_t>(window_.count());
        const bool is_below = bytes_ * 1000 < bytes_per_second * milliseconds;
        begin(now);
        return is_below;
    }

private:
    std::chrono::milliseconds window_;
    TimePoint begin_;
    std::uint64_t bytes_ = 0;
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

    // Close now if it waits for the peer's next message: somebody else needs the place. False when
    // it is busy.
    virtual bool make_room() { return false; }

    // Close now, whatever is in flight. Idempotent.
    virtual void close() = 0;
};

}  // namespace clew::transport
