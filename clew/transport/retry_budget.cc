// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/retry_budget.h"

#include <algorithm>

namespace clew::transport {

void RetryBudget::earn() noexcept {
    tokens_ = std::min(full(), tokens_ + kToken / 100 * options_.retries_percent);
}

bool RetryBudget::spend(Microseconds now) noexcept {
    const Microseconds interval = options_.retry_interval;
    if (counted_until_ < Microseconds(0)) counted_until_ = now;
    // Beyond a full bucket time earns nothing, so the product below stays small.
    const Microseconds passed =
        std::clamp(now - counted_until_, Microseconds(0), interval * options_.retries_max);
    tokens_ = std::min(full(), tokens_ + passed.count() * kToken / interval.count());
    counted_until_ = std::max(counted_until_, now);
    if (tokens_ < kToken) return false;
    tokens_ -= kToken;
    return true;
}

Microseconds RetryBudget::next_at() const noexcept {
    const Microseconds interval = options_.retry_interval;
    const std::int64_t missing = std::max<std::int64_t>(0, kToken - tokens_);
    return counted_until_ + Microseconds(missing * interval.count() / kToken + 1);
}

}  // namespace clew::transport
