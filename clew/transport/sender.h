// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way out for encoded spans: one call sends one message of many payloads to one peer and says
// what became of it, so that nothing is ever counted as sent unless the peer said that it has it.
// One implementation per protocol (scribe/scribe_sender.h, http/http_sender.h), all of which pass
// testing/sender_contract.h. A sender knows frames, not spans; pacing, retrying and counting are
// its owner's (the reporter's).
//
// Threads: one at a time, except interrupt(). Fork: a child makes a sender of its own and calls
// abandon_in_child() on the inherited one.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "clew/transport/deadline.h"
#include "clew/transport/interrupt.h"

namespace clew::transport {

enum class Outcome : std::uint8_t {
    accepted,    // the peer said that it has all payloads
    refused,     // the peer said no, and would say so again
    try_later,   // the peer has none of it and asks for patience
    not_sent,    // the peer never had the whole message: sending again cannot double it
    unanswered,  // the whole message left, but no valid answer came: it may have arrived
};

// "accepted" ...
std::string_view outcome_name(Outcome outcome) noexcept;

// As much of a peer's own words as fits into a sentence (200 bytes), made of printable ASCII.
std::string excerpt(std::string_view words);

struct SendResult {
    Outcome outcome = Outcome::not_sent;
    // With try_later: what the peer asked for; zero: it named no time.
    std::chrono::milliseconds retry_after{0};
    // Empty when accepted; else one sentence for a person.
    std::string reason;
    // Of the message that was answered: as the sender's bounds count it, and as it was written,
    // which is less when it was compressed. Zero when none was written whole.
    std::size_t message_bytes = 0;
    std::size_t written_bytes = 0;
    // The peer refused compression and was given the same message without it; so are later ones.
    bool compression_was_refused = false;
};

struct MessageBounds {
    std::size_t bytes_max = 0;     // of one message as framed
    std::size_t payloads_max = 0;  // in one message
};

class Sender {
public:
    virtual ~Sender() = default;

    virtual MessageBounds bounds() const noexcept = 0;
    // Framed size of a message without payloads, and what one payload adds to it at most.
    virtual std::size_t empty_message_bytes() const noexcept = 0;
    virtual std::size_t framed_bytes(std::size_t payload_bytes) const noexcept = 0;

    // Connects when necessary, sends, reads the answer, all before the deadline. Keeps the
    // connection when the peer lets it. A message beyond bounds() is refused unsent.
    // Requires: payloads is not empty.
    virtual SendResult send(
        std::span<const std::string_view> payloads, const Deadline& deadline
    ) = 0;

    // Closes the inherited descriptor without a word to the peer, whose connection is the parent's.
    virtual void abandon_in_child() noexcept = 0;

    // From any thread, for good: the send() that runs and all later ones return soon, as not_sent
    // or unanswered.
    void interrupt() noexcept { interrupt_.raise(); }
    // Before the first send(): what the sending thread does now and then while it waits. The hook
    // must not call the sender.
    void set_wait_hook(WaitHook hook) noexcept { interrupt_.set_wait_hook(hook); }

protected:
    const Interrupt& interruption() const noexcept { return interrupt_; }

private:
    Interrupt interrupt_;
};

}  // namespace clew::transport
