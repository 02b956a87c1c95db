// SPDX-License-Identifier: Apache-2.0
#pragma once

// Leaves a peer alone that has failed so often in a row that the next attempt would fail, too:
// closed, messages flow; open, none is sent until a pause is over; half open, one probe decides
// which of the two comes next. Pauses are drawn from the upper half of their length, so that a
// fleet does not come back in one instant. Kept by whoever sends in a loop, beside its backoff.h
// (the first failures) and retry_budget.h (a peer that fails now and then).
//
// Threads: one at a time.

#include <chrono>
#include <cstdint>

#include "clew/base/clock.h"
#include "clew/transport/backoff.h"

namespace clew::transport {

struct CircuitBreakerOptions {
    // In a row; at least 1.
    std::uint32_t failures_max = 5;
    // From opening to the probe; 1 ms to an hour.
    std::chrono::milliseconds pause{10'000};
};

enum class BreakerState : std::uint8_t { closed = 0, open = 1, half_open = 2 };

// "closed" ...
const char* breaker_state_name(BreakerState state) noexcept;

class CircuitBreaker {
public:
    // Requires: the options are in their ranges. Equal seeds draw equal pauses.
    CircuitBreaker(const CircuitBreakerOptions& options, std::uint64_t seed) noexcept
        : failures_max_(options.failures_max), pauses_({options.pause, options.pause}, seed) {}

    // Whether to send now. An open breaker whose pause is over becomes half open.
    bool allows(Microseconds now) noexcept;
    // Ends the pause, for somebody who cannot wait for it. Nothing unless open.
    void end_pause() noexcept;
    // What became of a message.
    void succeeded() noexcept;
    void failed(Microseconds now) noexcept;

    BreakerState state() const noexcept { return state_; }
    // While open: when a probe may be sent.
    Microseconds open_until() const noexcept { return open_until_; }

private:
    std::uint32_t failures_max_;
    Backoff pauses_;
    BreakerState state_ = BreakerState::closed;
    std::uint32_t failures_ = 0;  // in a row
    Microseconds open_until_{0};  // steady
};

}  // namespace clew::transport
