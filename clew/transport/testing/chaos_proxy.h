// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stands between a sender and a good peer and spoils what passes, in a way that a test may change
// while connections are open: lets everything through, drips bytes, swallows requests, cuts or
// falsifies replies, hangs up at once.
//
// Threads: set() from anywhere.

#include <atomic>
#include <cstdint>
#include <string>

#include "clew/transport/testing/loopback_server.h"

namespace clew::transport::testing {

enum class Chaos : std::uint8_t {
    none,          // a wire
    hang_up,       // accepts and closes at once
    never_read,    // accepts and reads nothing
    never_answer,  // the request arrives, the reply is kept back
    cut_reply,     // half of the first reply, then the end
    garble_reply,  // every byte of the reply inverted
    drip_reply,    // the reply byte by byte, a millisecond between
};

class ChaosProxy {
public:
    // Requires: the upstream listens on 127.0.0.1.
    explicit ChaosProxy(std::uint16_t upstream_port)
        : upstream_port_(upstream_port),
          server_([this](PeerConnection& client) { relay(client); }) {}
    ~ChaosProxy() {
        stopping_.store(true);
        server_.stop();
    }
    ChaosProxy(const ChaosProxy&) = delete;
    ChaosProxy& operator=(const ChaosProxy&) = delete;

    std::uint16_t port() const noexcept { return server_.port(); }
    std::size_t connections() const noexcept { return server_.connections(); }
    // For what passes from now on; what is held back stays so.
    void set(Chaos chaos) noexcept { chaos_.store(chaos); }

private:
    void relay(PeerConnection& client);
    // False: the connection is over.
    bool pass_reply(PeerConnection& client, const std::string& reply);

    std::uint16_t upstream_port_;
    std::atomic<Chaos> chaos_{Chaos::none};
    std::atomic<bool> stopping_{false};
    LoopbackServer server_;
};

}  // namespace clew::transport::testing
