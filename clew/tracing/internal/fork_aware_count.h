// SPDX-License-Identifier: Apache-2.0
#pragma once

// A count that belongs to one process: a forked child begins at zero. For what is counted seldom;
// what is counted per span has a place in the recorder.
//
// Threads: all calls from anywhere; relaxed, because a count orders nothing.

#include <atomic>
#include <cstdint>

#include "clew/base/concurrent/fork_guard.h"

namespace clew::tracing::internal {

class ForkAwareCount {
public:
    void add_one() noexcept {
        std::uint64_t seen = packed_.load(std::memory_order_relaxed);
        while (!packed_.compare_exchange_weak(
            seen, generation() | (of_this_process(seen) + 1), std::memory_order_relaxed
        )) {}
    }

    std::uint64_t value() const noexcept {
        return of_this_process(packed_.load(std::memory_order_relaxed));
    }

private:
    static constexpr unsigned kCountBits = 44;
    static constexpr std::uint64_t kCountMask = (1ULL << kCountBits) - 1;

    static std::uint64_t generation() noexcept {
        return std::uint64_t{fork_generation()} << kCountBits;
    }
    static std::uint64_t of_this_process(std::uint64_t packed) noexcept {
        return (packed & ~kCountMask) == generation() ? packed & kCountMask : 0;
    }

    std::atomic<std::uint64_t> packed_{0};  // the low bits of the generation, then the count
};

}  // namespace clew::tracing::internal
