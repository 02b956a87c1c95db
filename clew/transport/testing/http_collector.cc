// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/http_collector.h"

#include "clew/wire/compression.h"

namespace clew::transport::testing {
namespace {

constexpr std::size_t kBodyBytesMax = 64U << 20U;

}  // namespace

std::vector<std::string> HttpCollector::bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
}

std::string HttpCollector::newest_head() const {
    const std::lock_guard lock(mutex_);
    return newest_head_;
}

void HttpCollector::hold_first(std::size_t connections) {
    const std::lock_guard lock(mutex_);
    held_ = connections;
    released_.notify_all();
}

void HttpCollector::stop() {
    release();
    server_.stop();
}

void HttpCollector::answer(PeerConnection& peer) {
    constexpr std::string_view kLength = "Content-Length: ";
    const std::size_t number = begun_.fetch_add(1) + 1;
    while (const auto head = peer.read_until("\r\n\r\n")) {
        const std::size_t at = head->find(kLength);
        if (at == std::string::npos) return;
        const auto body = peer.read_exactly(std::stoul(head->substr(at + kLength.size())));
        if (!body) return;
        const bool is_gzip = head->find("Content-Encoding: gzip\r\n") != std::string::npos;
        std::string text = is_gzip ? std::string() : *body;
        if (is_gzip && !wire::gunzip(*body, kBodyBytesMax, 0, text)) return;
        {
            const std::lock_guard lock(mutex_);
            bodies_.push_back(text);
            newest_head_ = *head;
        }
        {
            std::unique_lock lock(mutex_);
            released_.wait(lock, [&] { return number > held_; });
        }
        if (!peer.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")) return;
    }
}

}  // namespace clew::transport::testing
