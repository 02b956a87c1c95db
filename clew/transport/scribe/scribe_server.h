// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serves scribe on one address: framed thrift in the binary protocol, calls of Log handed to a
// handler, status questions answered here. It knows entries and limits, nothing of spans; a
// collector and a relay both build on it. Calls of one connection may be pipelined, their answers
// come in order. Each limit has the protocol's own answer, given before the work is done.
//
//     ScribeServer::open(loop, listener_options, scribe_options, budget, handler)
//
// Threads: the handler is called on loop threads, many at once, and must not block them; results
// may be given from any thread. Lifetime: ends before its event loop and after what the handler
// uses.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "clew/base/counter.h"
#include "clew/base/expected.h"
#include "clew/transport/byte_budget.h"
#include "clew/transport/event_loop.h"
#include "clew/transport/listener.h"
#include "clew/transport/scribe/log_handler.h"

namespace clew::transport {

struct ScribeServerOptions {
    // A frame's content; beyond: the connection is closed as soon as the length has been read.
    std::uint32_t frame_bytes_max = 16 * 1024 * 1024;
    LogLimits log;
    // Calls of one connection that wait for their answer; more are not read before one has it.
    std::size_t calls_in_flight_max = 32;
    // From a frame's first byte to its last; later: close.
    std::chrono::milliseconds frame_read_ms_max{30'000};
    // Of a frame, over each rate window; slower: close. 0: any rate will do.
    std::uint64_t frame_bytes_per_second_min = 1024;
    std::chrono::milliseconds rate_window_ms{5'000};
    // Between frames; later: close. Long, because the old clients open one connection for good and
    // lose the span at hand when they find it closed.
    std::chrono::milliseconds idle_ms_max{3'600'000};
    // Until a peer has taken the answers that are on their way; later: close.
    std::chrono::milliseconds write_ms_max{30'000};
    // For a peer to take its last answers and hang up before the connection is closed under it.
    std::chrono::milliseconds linger_ms_max{2'000};
    // Hang up where the answer would be TRY_LATER: senders exist that take any answer for OK and
    // lose what was refused, but send again after a lost connection.
    bool disconnect_on_overload = false;
    // What fb303's getName and getVersion answer.
    std::string name = "clew";
    std::string version;
};

struct ScribeServerMetrics {
    Counter log_calls;        // complete, given to the handler
    Counter status_calls;     // fb303 questions answered
    Counter orders_refused;   // fb303's shutdown and its like
    Counter unknown_calls;    // methods of nobody's
    Counter malformed;        // arguments or headers that cannot be read
    Counter frames_too_big;   // closed after the length
    Counter entries_too_big;  // left out
    Counter timed_out;        // closed at a deadline, idle ones too
    Counter too_slow;         // closed in a frame below its rate
    Counter overloaded;       // TRY_LATER, or hung up, before the frame was kept
    Counter try_later;        // answers TRY_LATER, or hung up instead, whoever refused
};

class ScribeServer {
public:
    // Errors: those of Listener::open(). Requires: loop and budget outlive the server.
    static Expected<std::unique_ptr<ScribeServer>> open(
        EventLoop& loop,
        ListenerOptions listener_options,
        const ScribeServerOptions& options,
        ByteBudget& budget,
        LogHandler handler
    );

    void start() { listener_->start(); }
    // See Listener::finish().
    bool finish(std::chrono::milliseconds patience) { return listener_->finish(patience); }

    const Listener& listener() const noexcept { return *listener_; }
    const ScribeServerMetrics& metrics() const noexcept { return *metrics_; }

private:
    ScribeServer(std::unique_ptr<Listener> listener, std::shared_ptr<ScribeServerMetrics> metrics)
        : metrics_(std::move(metrics)), listener_(std::move(listener)) {}

    std::shared_ptr<ScribeServerMetrics> metrics_;
    std::unique_ptr<Listener> listener_;
};

}  // namespace clew::transport
