// SPDX-License-Identifier: Apache-2.0
#pragma once

// One outgoing TCP connection of a sender, without any thread or event loop of its own. The
// descriptor is non-blocking and close-on-exec. It lives in somebody else's application, which may
// close descriptors that it does not know; therefore the stream recognises its socket by inode
// before it uses or closes one that it kept.
//
// Threads: as transport/stream.h says.

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
#include "clew/transport/stream.h"

struct addrinfo;

namespace clew::transport {

class TcpStream final : public Stream {
public:
    // Requires: interrupt outlives this.
    explicit TcpStream(const Interrupt& interrupt) noexcept
        : interrupt_(interrupt), resolver_(interrupt) {}
    ~TcpStream() override { close(); }
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    Expected<void> connect(
        const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
    ) override;
    Expected<bool> write(std::string_view bytes, const Deadline& deadline) override;
    // Takes what is written off `bytes`, all of it unless the peer has something to say before.
    Expected<void> write_until_readable(std::string_view& bytes, const Deadline& deadline);
    Expected<std::size_t> read(std::span<char> into, const Deadline& deadline) override;

    bool is_open() const noexcept { return fd_.load(std::memory_order_relaxed) >= 0; }
    // Open, and still the socket that connect() made.
    bool is_ours() const noexcept;
    bool is_quiet() noexcept override;
    void close() noexcept override;
    void abandon_in_child() noexcept override { close(); }

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
