// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/boundary_sampler.h"

#include <limits>

#include "clew/sampler/internal/rate_text.h"

namespace clew::sampler {

namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

}  // namespace

Expected<BoundarySampler> BoundarySampler::create(double rate) {
    const auto single = static_cast<float>(rate);
    if (!(single >= 0.0F && single <= 1.0F)) {  // also true for what is not a number
        return internal::wrong_rate(single);
    }
    // 2^63 is the nearest float of the largest number, and the product is cut, not rounded.
    const float product = 9223372036854775808.0F * single;
    return BoundarySampler(single == 1.0F ? kMax : static_cast<std::int64_t>(product));
}

bool BoundarySampler::is_sampled(const model::TraceId& trace_id) const noexcept {
    const auto low = static_cast<std::int64_t>(trace_id.low);
    // The smallest number has no positive twin: it counts as the largest.
    const std::int64_t distance = low == kMin ? kMax : (low < 0 ? -low : low);
    return distance <= boundary_;
}

}  // namespace clew::sampler
