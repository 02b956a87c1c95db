// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads time on the hot path, as ticks that only a TickClock can turn into wall time. The
// processor's counter where the kernel itself trusts it (constant rate, never stopping, clock
// source tsc), else CLOCK_MONOTONIC in nanoseconds, or a test's Clock.
//
// Threads: immutable; call from anywhere.

#include <cstdint>
#include <ctime>

#include "clew/base/clock.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer::internal {

// The three clocks read together.
struct TickSample {
    std::uint64_t tick = 0;
    std::int64_t steady_ns = 0;  // CLOCK_MONOTONIC
    std::int64_t wall_ns = 0;    // since the Unix epoch
};

// True when the processor's counter serves as a clock here. Looked up once.
bool counter_is_a_clock() noexcept;

// The processor's counter; 0 on machines that have none we know.
std::uint64_t read_counter() noexcept;

inline std::int64_t read_clock_ns(clockid_t clock) noexcept {
    timespec now;
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class TickReader {
public:
    TickReader(TickSource source, const Clock* clock) noexcept
        : counts_(clock == nullptr && source == TickSource::automatic && counter_is_a_clock()),
          clock_(clock) {}

    std::uint64_t now() const noexcept {
        if (counts_) [[likely]] {
            return read_counter();
        }
        if (clock_ != nullptr)
            return static_cast<std::uint64_t>(clock_->steady_now().count()) * 1000;
        return static_cast<std::uint64_t>(read_clock_ns(CLOCK_MONOTONIC));
    }

    // The best of a few attempts, since the thread may be put aside between two readings.
    TickSample sample() const noexcept;

    bool uses_counter() const noexcept { return counts_; }

private:
    bool counts_;
    const Clock* clock_;  // null: the machine's
};

}  // namespace clew::tracer::internal
