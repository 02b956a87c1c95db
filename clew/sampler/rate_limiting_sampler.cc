// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/rate_limiting_sampler.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace clew::sampler {

namespace {

constexpr double kSecondNs = 1e9;
constexpr std::int64_t kBurstNs = 100'000'000;

std::int64_t now_ns(const Clock& clock) noexcept {
    return std::chrono::nanoseconds(clock.steady_now()).count();
}

}  // namespace

Expected<RateLimitingSampler> RateLimitingSampler::create(double rate, const Clock& clock) {
    if (!(rate >= 0.0 && rate <= kTracesPerSecondMax)) {
        return Error{
            Code::invalid_argument,
            "traces per second should be between 0 and 1000000: was " + std::to_string(rate)};
    }
    return RateLimitingSampler(rate, clock);
}

RateLimitingSampler::RateLimitingSampler(double rate, const Clock& clock) noexcept
    : clock_(&clock),
      // Below one trace in a hundred years nothing is told apart any more.
      interval_ns_(
          rate > 0.0 ? static_cast<std::int64_t>(std::min(kSecondNs / rate, 3e18) + 0.5) : 0
      ),
      burst_ns_(std::max<std::int64_t>(0, kBurstNs - interval_ns_)),
      due_ns_(now_ns(clock)) {}

RateLimitingSampler::RateLimitingSampler(RateLimitingSampler&& other) noexcept
    : clock_(other.clock_),
      interval_ns_(other.interval_ns_),
      burst_ns_(other.burst_ns_),
      due_ns_(other.due_ns_.load(std::memory_order_relaxed)) {}

bool RateLimitingSampler::is_sampled(const model::TraceId&) const noexcept {
    if (interval_ns_ == 0) return false;
    const std::int64_t now = now_ns(*clock_);
    std::int64_t due = due_ns_.load(std::memory_order_relaxed);
    for (;;) {
        // Further ahead than a kept trace ever puts it: the clock has gone back.
        const bool leapt = due - now > burst_ns_ + interval_ns_ + kBurstNs;
        const std::int64_t from = leapt || due < now ? now : due;
        if (from - now > burst_ns_) return false;
        if (due_ns_.compare_exchange_weak(due, from + interval_ns_, std::memory_order_relaxed)) {
            return true;
        }
    }
}

}  // namespace clew::sampler
