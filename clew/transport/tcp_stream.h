// SPDX-License-Identifier: Apache-2.0
#pragma once

// One outgoing TCP connection of a sender, without any thread or event loop of its own: every call
// ends by a deadline or an interrupt. The descriptor is non-blocking and close-on-exec. It lives in
// somebody else's application, which may close descriptors that it does not know; therefore the
// stream recognises its socket by inode before it uses or closes one that it kept.
//
// Threads: one at a time; abandon_in_child() in a forked child whatever the parent's thread was at.

#include <atomic>
#include <cstddef>
#include <span>
#include <string_view>

#include <sys/types.h>

#include "clew/base/expected.h"
#include "clew/transport/deadline.h"
#include "clew/transport/host_port.h"
#include "clew/transport/interrupt.h"
#include "clew/transport/resolver.h"

struct addrinfo;

namespace clew::transport {

class TcpStream {
public:
    // Requires: interrupt outlives this.
    explicit TcpStream(const Interrupt& interrupt) noexcept
        : interrupt_(interrupt), resolver_(interrupt) {}
    ~TcpStream() { close(); }
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    // Resolves (see resolver.h) and tries the addresses in turn, each at most `per_address`.
    Expected<void> connect(
        const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
    );

    // True: all bytes are with the operating system. False: the peer answered or hung up before.
    // Errors: timed_out, cancelled (interrupted), unavailable, io.
    Expected<bool> write(std::string_view bytes, const Deadline& deadline);

    // At least one byte; 0 when the peer has ended the stream. Errors as write().
    Expected<std::size_t> read(std::span<char> into, const Deadline& deadline);

    bool is_open() const noexcept { return fd_.load(std::memory_order_relaxed) >= 0; }
    // Open, still ours, and the peer has neither hung up nor sent what nobody asked for.
    bool is_quiet() const noexcept;
    void close() noexcept;
    // Gives the inherited descriptor back, if it still is the parent's socket.
    void abandon_in_child() noexcept { close(); }

private:
    Expected<void> connect_to(const addrinfo& address, const Deadline& deadline);
    // The events that came. Requires: is_open().
    Expected<short> wait(short events, const Deadline& deadline) const;
    bool is_ours(int fd) const noexcept;

    const Interrupt& interrupt_;
    Resolver resolver_;
    // Atomic only because a child reads what the parent's thread may have been writing.
    std::atomic<int> fd_{-1};
    std::atomic<ino_t> inode_{0};  // of the socket behind fd_
};

}  // namespace clew::transport
