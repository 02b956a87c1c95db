// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/tick_clock.h"

#include <algorithm>
#include <cstdlib>

namespace clew::tracer::internal {

void TickClock::restart(const TickSample& first) noexcept {
    ++newest_;
    if (newest_ == 0) ++newest_;
    oldest_ = newest_;
    anchor(newest_) = {first, 1};
    rate_is_known_ = false;
    rate_is_settled_ = false;
}

void TickClock::add(const TickSample& at, double ns_per_tick) noexcept {
    ++newest_;
    if (newest_ == 0) {  // after four billion seconds: begin the count again
        newest_ = 1;
        oldest_ = 1;
    }
    anchor(newest_) = {at, ns_per_tick};
    oldest_ = std::max(oldest_, newest_ < kAnchorsMax ? 1 : newest_ - kAnchorsMax + 1);
    rate_is_settled_ = true;
}

void TickClock::observe(const TickSample& now) noexcept {
    Anchor& last = anchor(newest_);
    const std::int64_t elapsed_ns = now.steady_ns - last.at.steady_ns;
    const auto ticks = static_cast<std::int64_t>(now.tick - last.at.tick);
    if (elapsed_ns <= 0 || ticks <= 0) {
        // No time passed; the wall clock may have been set all the same.
        if (std::abs(now.wall_ns - last.at.wall_ns) > kWallStepNs) add(now, last.ns_per_tick);
        return;
    }
    const double measured = static_cast<double>(elapsed_ns) / static_cast<double>(ticks);
    rate_is_known_ = true;
    if (!rate_is_settled_) {
        // Never worse than the length of a sample over the age of what it converts.
        last.ns_per_tick = measured;
        rate_is_settled_ = elapsed_ns >= kRateBaselineNs;
    }
    const std::int64_t off_ns = now.wall_ns - last.at.wall_ns - elapsed_ns;
    if (elapsed_ns < kAnchorPeriodNs && std::abs(off_ns) <= kWallStepNs) return;
    add(now, elapsed_ns >= kRateBaselineNs ? measured : last.ns_per_tick);
}

std::int64_t TickClock::wall_us(std::uint64_t tick, std::uint32_t number) const noexcept {
    const bool known = number != 0 && number <= newest_;
    const Anchor& base = anchor(known ? std::max(number, oldest_) : newest_);
    const auto ticks = static_cast<double>(static_cast<std::int64_t>(tick - base.at.tick));
    return (base.at.wall_ns + static_cast<std::int64_t>(ticks * base.ns_per_tick)) / 1000;
}

}  // namespace clew::tracer::internal
