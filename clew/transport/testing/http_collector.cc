// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/testing/http_collector.h"

#include <thread>

namespace clew::transport::testing {

std::vector<std::string> HttpCollector::bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
}

std::string HttpCollector::newest_head() const {
    const std::lock_guard lock(mutex_);
    return newest_head_;
}

void HttpCollector::stop() {
    stopping_.store(true);
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
        {
            const std::lock_guard lock(mutex_);
            bodies_.push_back(*body);
            newest_head_ = *head;
        }
        while (number <= held_.load() && !stopping_.load()) std::this_thread::yield();
        if (!peer.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")) return;
    }
}

}  // namespace clew::transport::testing
