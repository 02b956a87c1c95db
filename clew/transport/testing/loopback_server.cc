// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/loopback_server.h"

#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clew/base/assert.h"

namespace clew::transport::testing {
namespace {

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

int listen_on(LoopbackServer::Family family, std::uint16_t port) {
    const bool is_v4 = family == LoopbackServer::Family::v4;
    const int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CLEW_ASSERT(fd >= 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    Address address{};
    if (is_v4) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    } else {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(port);
        address.v6.sin6_addr = in6addr_loopback;
    }
    const socklen_t size = is_v4 ? sizeof address.v4 : sizeof address.v6;
    CLEW_ASSERT(bind(fd, &address.any, size) == 0);
    CLEW_ASSERT(listen(fd, 64) == 0);
    return fd;
}

std::uint16_t port_of(int fd) {
    Address address{};
    socklen_t size = sizeof address;
    CLEW_ASSERT(getsockname(fd, &address.any, &size) == 0);
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

}  // namespace

LoopbackServer::LoopbackServer(
    Behaviour behaviour, Family family, std::uint16_t port, MakeChannel make_channel
)
    : behaviour_(std::move(behaviour)),
      make_channel_(std::move(make_channel)),
      family_(family),
      listener_(listen_on(family, port)),
      port_(port_of(listener_)),
      accepting_([this] { accept_all(); }) {}

void LoopbackServer::accept_all() {
    while (!stopping_.load()) {
        pollfd polled{listener_, POLLIN, 0};
        if (poll(&polled, 1, 10) <= 0) continue;
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) continue;
        connections_.fetch_add(1);
        threads_.emplace_back([this, fd] {
            PeerConnection connection(fd, stopping_, make_channel_ ? make_channel_(fd) : nullptr);
            behaviour_(connection);
        });
    }
}

void LoopbackServer::stop() {
    if (stopping_.exchange(true)) return;
    accepting_.join();
    close(listener_);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

std::uint16_t LoopbackServer::unused_port() {
    const int fd = listen_on(Family::v4, 0);
    const std::uint16_t port = port_of(fd);
    close(fd);
    return port;
}

}  // namespace clew::transport::testing
