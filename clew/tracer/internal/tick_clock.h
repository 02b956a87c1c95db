// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns ticks into wall time, on the reporter's thread. Keeps a line of anchors (tick, wall time,
// rate), one a second at most while spans flow. A trace remembers the anchor of its root, so all
// its spans in this process are placed on one straight line: a child never starts before its parent
// and no duration changes when somebody sets the clock, while new traces follow the new time at
// once.
//
// Threads: one at a time (the one that drains).

#include <array>
#include <cstddef>
#include <cstdint>

#include "clew/tracer/internal/tick_reader.h"

namespace clew::tracer::internal {

class TickClock {
public:
    // Traces older than this many anchors are placed by the oldest one that is left.
    static constexpr std::uint32_t kAnchorsMax = 256;
    static constexpr std::int64_t kAnchorPeriodNs = 1'000'000'000;
    // A wall clock that is further off than this was set: new traces get a new anchor at once.
    static constexpr std::int64_t kWallStepNs = 1'000'000;

    explicit TickClock(const TickSample& first) noexcept { restart(first); }
    // One straight line, for the ticks of a process that has ended.
    TickClock(const TickSample& at, double ns_per_tick) noexcept {
        restart(at);
        anchor(newest_).ns_per_tick = ns_per_tick;
        rate_is_known_ = true;
        rate_is_settled_ = true;
    }

    // Forgets all anchors, as after fork(); their numbers are not used again.
    void restart(const TickSample& first) noexcept;

    // Takes note of the time. To be called before ticks read up to now are turned into time.
    void observe(const TickSample& now) noexcept;

    // The anchor for traces that begin now. Never 0.
    std::uint32_t newest() const noexcept { return newest_; }

    // What the newest anchor knows of the rate; 0 before the first measurement.
    double ns_per_tick() const noexcept {
        return rate_is_known_ ? anchor(newest_).ns_per_tick : 0.0;
    }
    // True when it was measured over a time that makes it exact.
    bool rate_is_settled() const noexcept { return rate_is_settled_; }
    const TickSample& newest_sample() const noexcept { return anchor(newest_).at; }

    // Microseconds since the Unix epoch. `anchor`: 0 or unknown is the newest.
    std::int64_t wall_us(std::uint64_t tick, std::uint32_t anchor) const noexcept;

private:
    struct Anchor {
        TickSample at;
        double ns_per_tick = 1;
    };
    // Below this length a measured rate says less than the one before.
    static constexpr std::int64_t kRateBaselineNs = 100'000'000;

    Anchor& anchor(std::uint32_t number) noexcept { return anchors_[number % kAnchorsMax]; }
    const Anchor& anchor(std::uint32_t number) const noexcept {
        return anchors_[number % kAnchorsMax];
    }
    void add(const TickSample& at, double ns_per_tick) noexcept;

    std::array<Anchor, kAnchorsMax> anchors_;
    std::uint32_t newest_ = 0;
    std::uint32_t oldest_ = 0;
    bool rate_is_known_ = false;
    bool rate_is_settled_ = false;  // of the first anchor, which had nothing to measure against
};

}  // namespace clew::tracer::internal
