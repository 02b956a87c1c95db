// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/peer_connection.h"

#include <thread>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace clew::transport::testing {
namespace {

constexpr int kPieceMs = 10;

}  // namespace

bool PeerConnection::wait(short events) {
    const auto until = std::chrono::steady_clock::now() + kWaitMax;
    while (fd_ >= 0 && !stopping_.load() && std::chrono::steady_clock::now() < until) {
        pollfd polled{fd_, events, 0};
        if (poll(&polled, 1, kPieceMs) > 0) return true;
    }
    return false;
}

std::string PeerConnection::read_some() {
    if (!unread_.empty()) return std::exchange(unread_, {});
    const bool has_unread = channel_ != nullptr && channel_->has_unread();
    if (!has_unread && !wait(POLLIN)) return {};
    if (is_slow_) std::this_thread::sleep_for(std::chrono::microseconds(100));
    std::string bytes(is_slow_ ? 10'000 : 65'536, '\0');
    const ssize_t count = channel_ == nullptr ? recv(fd_, bytes.data(), bytes.size(), 0)
                                              : channel_->receive(bytes.data(), bytes.size());
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

std::optional<std::string> PeerConnection::read_exactly(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
        const std::string more = read_some();
        if (more.empty()) return std::nullopt;
        bytes += more;
    }
    unread_ = bytes.substr(size);
    bytes.resize(size);
    return bytes;
}

std::optional<std::string> PeerConnection::read_until(
    std::string_view delimiter, std::size_t bytes_max
) {
    std::string bytes;
    for (;;) {
        const std::size_t at = bytes.find(delimiter);
        if (at != std::string::npos) {
            unread_ = bytes.substr(at + delimiter.size());
            bytes.resize(at + delimiter.size());
            return bytes;
        }
        if (bytes.size() > bytes_max) return std::nullopt;
        const std::string more = read_some();
        if (more.empty()) return std::nullopt;
        bytes += more;
    }
}

bool PeerConnection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!wait(POLLOUT)) return false;
        const ssize_t count =
            channel_ == nullptr ? send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                                : channel_->send(bytes.data(), bytes.size());
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void PeerConnection::stay_silent() {
    while (wait(POLLRDHUP)) {
        pollfd polled{fd_, POLLRDHUP, 0};
        poll(&polled, 1, 0);
        if ((polled.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) return;
    }
}

void PeerConnection::end_writing() {
    if (fd_ >= 0) shutdown(fd_, SHUT_WR);
}

void PeerConnection::hang_up() {
    if (fd_ >= 0) shutdown(fd_, SHUT_RDWR);
}

void PeerConnection::close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
}

void PeerConnection::reset() {
    const linger no_linger{1, 0};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_LINGER, &no_linger, sizeof no_linger);
    close();
}

}  // namespace clew::transport::testing
