// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/tcp_stream.h"

#include <algorithm>
#include <cerrno>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace clew::transport {
namespace {

bool would_block(int errno_value) {
    return errno_value == EAGAIN || errno_value == EWOULDBLOCK || errno_value == EINTR;
}

}  // namespace

Expected<void> TcpStream::connect(
    const HostPort& peer, const Deadline& deadline, std::chrono::milliseconds per_address
) {
    close();
    const Expected<AddressList> addresses = resolver_.resolve(peer, deadline);
    if (!addresses) return addresses.error();
    Error last{Code::unavailable, "no address for " + peer.host};
    for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
        Expected<void> done = connect_to(*at, deadline.at_most(per_address));
        if (done) return done;
        last = std::move(done).error();
        close();
        if (last.code == Code::cancelled || deadline.has_passed()) break;
    }
    return std::move(last).with_context("connecting to " + peer.to_text());
}

Expected<void> TcpStream::connect_to(const addrinfo& address, const Deadline& deadline) {
    const int fd = socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return system_error("socket", errno);
    struct stat known {};
    fstat(fd, &known);
    inode_.store(known.st_ino);
    fd_.store(fd);
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // a message is one write; no delay
    if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS && errno != EINTR) return system_error("connect", errno);
    const Expected<short> ready = wait(POLLOUT, deadline);
    if (!ready) return ready.error();
    int failure = 0;
    socklen_t size = sizeof failure;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure != 0) return system_error("connect", failure);
    return {};
}

Expected<short> TcpStream::wait(short events, const Deadline& deadline) const {
    for (;;) {
        if (interrupt_.is_raised()) return Error{Code::cancelled, "interrupted"};
        const auto piece = std::min(deadline.remaining(), Interrupt::kCheckInterval);
        pollfd polled{fd_.load(), events, 0};
        const int count = poll(&polled, 1, static_cast<int>(piece.count()));
        if (count > 0) return polled.revents;
        if (count < 0 && errno != EINTR) return system_error("poll", errno);
        if (deadline.has_passed()) return Error{Code::timed_out, "no progress before the deadline"};
        interrupt_.waited();
    }
}

Expected<bool> TcpStream::write(std::string_view bytes, const Deadline& deadline) {
    if (Expected<void> done = write_until_readable(bytes, deadline); !done) {
        return std::move(done).error();
    }
    return bytes.empty();
}

Expected<void> TcpStream::write_until_readable(std::string_view& bytes, const Deadline& deadline) {
    while (!bytes.empty()) {
        const Expected<short> events = wait(POLLOUT | POLLIN, deadline);
        if (!events) return events.error();
        if ((*events & (POLLIN | POLLRDHUP)) != 0) return {};
        const ssize_t count = send(fd_.load(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (!would_block(errno)) {
            return system_error("write", errno);
        }
    }
    return {};
}

Expected<std::size_t> TcpStream::read(std::span<char> into, const Deadline& deadline) {
    for (;;) {
        const Expected<short> events = wait(POLLIN, deadline);
        if (!events) return events.error();
        const ssize_t count = recv(fd_.load(), into.data(), into.size(), 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (!would_block(errno)) return system_error("read", errno);
    }
}

bool TcpStream::is_quiet() noexcept {
    if (!is_ours()) return false;
    char byte = 0;
    const ssize_t count = recv(fd_.load(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && would_block(errno);
}

bool TcpStream::is_ours(int fd) const noexcept {
    struct stat found {};
    return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode) && found.st_ino == inode_.load();
}

bool TcpStream::is_ours() const noexcept {
    const int fd = fd_.load();
    return fd >= 0 && is_ours(fd);
}

void TcpStream::close() noexcept {
    const int fd = fd_.exchange(-1);
    if (fd >= 0 && is_ours(fd)) ::close(fd);
}

}  // namespace clew::transport
