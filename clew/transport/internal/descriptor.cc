// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/internal/descriptor.h"

#include <array>

#include <sys/socket.h>
#include <unistd.h>

namespace clew::transport {

Descriptor Descriptor::accept(int listening, PeerAddress& peer) noexcept {
    sockaddr_storage from{};
    socklen_t from_bytes = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    Descriptor accepted(::accept4(listening, address, &from_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.value() >= 0) peer = PeerAddress::of(from);
    return accepted;
}

void Descriptor::close() noexcept {
    if (value_ >= 0) ::close(std::exchange(value_, -1));
}

void Descriptor::refuse(const std::string& text) const noexcept {
    // A peer that cannot be told is closed all the same.
    (void)::send(value_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(value_, SHUT_WR);
    // What is unread at close() would reset the connection and take the text away with it.
    std::array<char, 4096> unread;
    while (::recv(value_, unread.data(), unread.size(), MSG_DONTWAIT) > 0) {}
}

}  // namespace clew::transport
