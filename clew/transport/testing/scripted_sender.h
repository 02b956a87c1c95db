// SPDX-License-Identifier: Apache-2.0
#pragma once

// A sender without a network: answers as it is told, in turn, and accepts when it is told nothing.
// Keeps every message that it was given.
//
// Threads: one at a time.

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "clew/transport/sender.h"

namespace clew::transport::testing {

class ScriptedSender final : public Sender {
public:
    MessageBounds bounds() const noexcept override { return bounds_; }
    std::size_t empty_message_bytes() const noexcept override { return 2; }
    std::size_t framed_bytes(std::size_t payload_bytes) const noexcept override {
        return payload_bytes + 1;
    }
    SendResult send(std::span<const std::string_view> payloads, const Deadline&) override {
        messages.emplace_back(payloads.begin(), payloads.end());
        if (while_sending) while_sending();
        interruption().waited();
        if (script.empty()) return {Outcome::accepted, {}, {}};
        SendResult result = std::move(script.front());
        script.pop_front();
        return result;
    }
    void abandon_in_child() noexcept override {}

    void answer(Outcome outcome, std::chrono::milliseconds retry_after = {}) {
        script.push_back({outcome, retry_after, std::string(outcome_name(outcome))});
    }
    void set_bounds(const MessageBounds& bounds) noexcept { bounds_ = bounds; }

    std::deque<SendResult> script;
    std::vector<std::vector<std::string>> messages;
    std::function<void()> while_sending;

private:
    MessageBounds bounds_{1U << 20U, 1000};
};

}  // namespace clew::transport::testing
