// SPDX-License-Identifier: Apache-2.0
#pragma once

// A collector for tests: takes every POST over HTTP/1.1 with Content-Length, keeps the bodies
// (inflated) and answers 202. Can be told to hold its answers back, as a collector that hangs does.
//
// Threads: all of it from anywhere.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "clew/transport/testing/loopback_server.h"

namespace clew::transport::testing {

class HttpCollector {
public:
    HttpCollector() : server_([this](PeerConnection& peer) { answer(peer); }) {}
    ~HttpCollector() { stop(); }
    HttpCollector(const HttpCollector&) = delete;
    HttpCollector& operator=(const HttpCollector&) = delete;

    std::uint16_t port() const noexcept { return server_.port(); }
    std::size_t connections() const noexcept { return server_.connections(); }
    std::string endpoint() const {
        return "http://127.0.0.1:" + std::to_string(port()) + "/api/v2/spans";
    }

    // In the order in which they came.
    std::vector<std::string> bodies() const;
    // The header lines of the newest request.
    std::string newest_head() const;
    // Bodies are kept at once, but answers on the first `connections` wait for release().
    void hold_first(std::size_t connections);
    void release() { hold_first(0); }
    void stop();

private:
    void answer(PeerConnection& peer);

    mutable std::mutex mutex_;
    std::vector<std::string> bodies_;
    std::string newest_head_;
    std::size_t held_ = 0;
    std::condition_variable released_;  // held_ has changed
    std::atomic<std::size_t> begun_{0};
    LoopbackServer server_;
};

}  // namespace clew::transport::testing
