// SPDX-License-Identifier: Apache-2.0
#pragma once

// One outgoing connection of a sender: bytes there and bytes back, each call within a deadline and
// until its interrupt. Plain TCP (tcp_stream.h) or TLS over it (tls/tls_stream.h); a sender does
// not know which.
//
// Threads: one at a time; abandon_in_child() in a forked child whatever the parent's thread was at.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/transport/deadline.h"
#include "clew/transport/host_port.h"
#include "clew/transport/interrupt.h"

namespace clew::transport {

class Stream {
public:
    virtual ~Stream() = default;

    // Closes what was open, and resolves the peer's name (see resolver.h). Its addresses are tried
    // in turn, each at most `per_address`. Errors: timed_out, cancelled (interrupted), unavailable,
    // io.
    virtual Expected<void> connect(
        const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
    ) = 0;
    // True: all bytes are with the operating system. False: the peer answered or hung up before.
    virtual Expected<bool> write(std::string_view bytes, const Deadline& deadline) = 0;
    // At least one byte; 0 when the peer has ended the stream.
    virtual Expected<std::size_t> read(std::span<char> into, const Deadline& deadline) = 0;

    // Open, still ours, and the peer has neither hung up nor sent what nobody asked for.
    virtual bool is_quiet() noexcept = 0;
    virtual void close() noexcept = 0;
    // Gives the inherited descriptor back, if it still is the parent's socket.
    virtual void abandon_in_child() noexcept = 0;
};

// Requires: the interrupt outlives what is made.
using MakeStream = std::function<std::unique_ptr<Stream>(const Interrupt& interrupt)>;

}  // namespace clew::transport
