// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/raw_client.h"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <strings.h>

namespace clew::transport::testing {

std::string RawReply::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (strcasecmp(key.c_str(), std::string(name).c_str()) == 0) return value;
    }
    return {};
}

RawClient::RawClient(std::uint16_t port, const char* address) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1) return;
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) close();
}

RawClient::RawClient(RawClient&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), unread_(std::move(other.unread_)) {}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Reads what comes next; false at the end, on an error, or when nothing comes for too long.
bool RawClient::fill() {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (descriptor_ < 0 || ::poll(&waiting, 1, kWaitSecondsMax * 1000) <= 0) return false;
    std::array<char, 65'536> buffer;
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

std::string RawClient::read(std::size_t size) {
    while (unread_.size() < size && fill()) {}
    std::string bytes = unread_.substr(0, size);
    unread_.erase(0, bytes.size());
    return bytes;
}

RawReply RawClient::read_reply(Body body) {
    RawReply reply;
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return reply;
    }
    const std::string head = read(end + 4);
    reply.status = std::atoi(head.substr(9, 3).c_str());
    for (std::size_t at = head.find("\r\n") + 2; at < end;) {
        const std::size_t line_end = head.find("\r\n", at);
        const std::size_t colon = head.find(':', at);
        std::string value = head.substr(colon + 1, line_end - colon - 1);
        value.erase(0, value.find_first_not_of(' '));
        reply.headers.emplace_back(head.substr(at, colon - at), std::move(value));
        at = line_end + 2;
    }
    if (body == Body::by_length) {
        reply.body = read(std::strtoull(reply.header("Content-Length").c_str(), nullptr, 10));
    }
    return reply;
}

RawReply RawClient::ask(
    std::string_view method,
    std::string_view target,
    std::string_view headers,
    std::string_view body
) {
    std::string request(method);
    request.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    request.append("\r\n").append(body);
    send(request);
    return read_reply(method == "HEAD" ? Body::none : Body::by_length);
}

bool RawClient::is_closed() {
    if (!unread_.empty()) return false;
    pollfd waiting{descriptor_, POLLIN, 0};
    if (::poll(&waiting, 1, kWaitSecondsMax * 1000) <= 0) return false;
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, 0) <= 0;
}

void RawClient::end_sending() { ::shutdown(descriptor_, SHUT_WR); }

void RawClient::close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

}  // namespace clew::transport::testing
