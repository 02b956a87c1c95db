// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the exam of senders (sender_contract.h) has to know about a protocol: how a sender of it is
// made, and what a peer of it reads and writes.
//
// Threads: called by peers on threads of their own.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clew/transport/host_port.h"
#include "clew/transport/sender.h"
#include "clew/transport/testing/peer_connection.h"

namespace clew::transport::testing {

struct ReceivedMessage {
    std::vector<std::string> payloads;
    std::uint32_t number = 0;  // what a reply has to repeat, where the protocol has such a thing
};

class SenderProtocol {
public:
    virtual ~SenderProtocol() = default;
    virtual std::unique_ptr<Sender> make_sender(const HostPort& peer, const MessageBounds& bounds)
        const = 0;
    // What a peer's connections are wrapped in; by default nothing.
    virtual MakeChannel make_channel() const { return nullptr; }
    // Valid payload of about that size, different for each `index`.
    virtual std::string payload(std::size_t index, std::size_t size_bytes) const = 0;
    virtual std::optional<ReceivedMessage> read_message(PeerConnection& peer) const = 0;
    // Requires: accepted, refused or try_later.
    virtual std::string reply(Outcome outcome, const ReceivedMessage& message) const = 0;
    // Replies whose lengths or numbers are wrong: none of them is an answer.
    virtual std::vector<std::string> lying_replies(const ReceivedMessage& message) const = 0;
    // How a reply begins that the kit makes endless by repeating `tail`.
    virtual std::string endless_reply_head() const = 0;
    virtual std::string endless_reply_tail() const = 0;
};

}  // namespace clew::transport::testing
