// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long to leave a peer alone after a failure: doubling from first to longest, each wait drawn
// from its upper half so that a thousand processes whose collector went away do not come back in
// the same instant. Kept by whoever sends in a loop.
//
// Threads: one at a time.

#include <chrono>
#include <cstdint>

namespace clew::transport {

// At least 1 ms, at most an hour.
struct BackoffOptions {
    std::chrono::milliseconds first{100};
    std::chrono::milliseconds longest{10'000};
};

class Backoff {
public:
    // Requires: 0 < first <= longest. `seed` may be anything; equal seeds draw equal waits.
    Backoff(const BackoffOptions& options, std::uint64_t seed) noexcept
        : options_(options), next_(options.first), state_(seed) {}

    // The wait after one more failure: in [w/2, w], where w doubles from call to call.
    std::chrono::milliseconds next() noexcept;
    // After a success: the next failure is a first one again.
    void reset() noexcept { next_ = options_.first; }

private:
    BackoffOptions options_;
    std::chrono::milliseconds next_;
    std::uint64_t state_;  // of a SplitMix64 sequence
};

}  // namespace clew::transport
