// SPDX-License-Identifier: Apache-2.0
// A client for http_cost.py: posts one body over and over on many connections, each waiting for its
// answer, until so many requests were answered; says how long that took. One thread, loopback only,
// bounded by its count.
//
//     http_load PORT BODY_FILE CONNECTIONS REQUESTS

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int connect_to(std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        fail("connect");
    }
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

void send_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Answers of 202 are small and come in one piece; anything else ends the run.
void expect_accepted(int descriptor) {
    char reply[1024];
    const ssize_t size = ::recv(descriptor, reply, sizeof reply, 0);
    if (size <= 0) fail("recv");
    const std::string_view text(reply, static_cast<std::size_t>(size));
    if (!text.starts_with("HTTP/1.1 202 ") || !text.ends_with("\r\n\r\n")) {
        std::fprintf(stderr, "unexpected answer: %.*s\n", static_cast<int>(size), reply);
        std::exit(1);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) return 2;
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    std::ostringstream body;
    body << std::ifstream(arguments[2], std::ios::binary).rdbuf();
    const int connections = std::atoi(arguments[3]);
    const long requests = std::atol(arguments[4]);
    const std::string request =
        "POST /api/v2/spans HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: http_load\r\nContent-Type: "
        "application/json\r\nContent-Length: " +
        std::to_string(body.str().size()) + "\r\n\r\n" + body.str();
    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < connections; ++i) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = connect_to(port);
        ::epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
        send_all(event.data.fd, request);
    }
    long sent = connections;
    long answered = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::vector<epoll_event> events(static_cast<std::size_t>(connections));
    while (answered < requests) {
        const int ready = ::epoll_wait(poll, events.data(), connections, 10'000);
        if (ready <= 0) fail("epoll_wait");
        for (int i = 0; i < ready; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            expect_accepted(descriptor);
            ++answered;
            if (sent < requests) {
                send_all(descriptor, request);
                ++sent;
            }
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%ld %.6f\n", answered, took.count());
}
