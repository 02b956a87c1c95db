// SPDX-License-Identifier: Apache-2.0
#pragma once

// How many messages may be sent again: a share of those that are sent for the first time, so that
// the processes whose collector is overloaded add a fifth to its load and not a multiple. A bucket
// of tokens: each first attempt earns a part of one, each retry spends one, and time earns some
// too, for a process that has nothing new to say.
//
// Threads: one at a time.

#include <chrono>
#include <cstdint>

#include "clew/base/clock.h"

namespace clew::transport {

struct RetryBudgetOptions {
    // Of first attempts; 0 to 100.
    std::uint32_t retries_percent = 20;
    // Whatever the traffic is, one more in this time; 1 ms to an hour.
    std::chrono::milliseconds retry_interval{10'000};
    // The bucket's size, full at the beginning; 1 to 1000.
    std::uint32_t retries_max = 10;
};

class RetryBudget {
public:
    // Requires: the options are in their ranges.
    explicit RetryBudget(const RetryBudgetOptions& options) noexcept
        : options_(options), tokens_(full()) {}

    // A message is sent for the first time.
    void earn() noexcept;
    // Whether one may be sent again now; takes the token.
    bool spend(Microseconds now) noexcept;
    // Requires: spend(now) has just said no. When it will say yes, without traffic.
    Microseconds next_at() const noexcept;

private:
    static constexpr std::int64_t kToken = 1'000'000;

    std::int64_t full() const noexcept { return kToken * options_.retries_max; }

    RetryBudgetOptions options_;
    std::int64_t tokens_;             // in millionths
    Microseconds counted_until_{-1};  // steady; time before this has earned its part
};

}  // namespace clew::transport
