// SPDX-License-Identifier: Apache-2.0
#pragma once

// A peer for tests: listens on a free port of the loopback and plays a given part on every
// connection, each on a thread of its own. Good and bad collectors are functions of a few lines.
//
// Threads: the behaviour is called on many; the rest from the test's thread. Ends by stopping all.

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "clew/transport/testing/peer_connection.h"

namespace clew::transport::testing {

class LoopbackServer {
public:
    using Behaviour = std::function<void(PeerConnection&)>;

    enum class Family : std::uint8_t { v4, v6 };

    explicit LoopbackServer(
        Behaviour behaviour,
        Family family = Family::v4,
        std::uint16_t port = 0,
        MakeChannel make_channel = nullptr
    );
    ~LoopbackServer() { stop(); }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    std::uint16_t port() const noexcept { return port_; }
    // "127.0.0.1" or "::1"
    const char* address() const noexcept { return family_ == Family::v4 ? "127.0.0.1" : "::1"; }
    std::size_t connections() const noexcept { return connections_.load(); }

    // Closes the listener and every connection; new ones are refused from now on.
    void stop();

    // A port of the loopback on which nobody listens (it was free a moment ago).
    static std::uint16_t unused_port();

private:
    void accept_all();

    Behaviour behaviour_;
    MakeChannel make_channel_;
    Family family_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> connections_{0};
    std::vector<std::thread> threads_;  // of connections; only accept_all() adds
    std::thread accepting_;
};

}  // namespace clew::transport::testing
