// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps at most so many traces a second, evenly: after a pause a tenth of a second's share may come
// at once, so no second sees more than 1.1 times the rate (and one). What a service records then
// does not grow with its traffic.
//
// Measured by the steady clock, so setting the machine's clock changes nothing; a steady clock that
// leaps (a resumed machine) starts a new share, never a silence or a flood.
//
// Threads: call from anywhere; one atomic exchange.

#include <atomic>
#include <cstdint>

#include "clew/base/clock.h"
#include "clew/base/expected.h"
#include "clew/sampler/sampler.h"

namespace clew::sampler {

class RateLimitingSampler final : public Sampler {
public:
    static constexpr double kTracesPerSecondMax = 1e6;  // more is no limit: times are microseconds

    // `traces_per_second` above 0 and up to kTracesPerSecondMax, fractions too (0.1: one in ten
    // seconds); 0 keeps nothing. `clock` outlives the sampler.
    // Errors: invalid_argument, one sentence.
    static Expected<RateLimitingSampler> create(double traces_per_second, const Clock& clock);

    RateLimitingSampler(RateLimitingSampler&& other) noexcept;

    using Sampler::is_sampled;
    bool is_sampled(const model::TraceId&) const noexcept override;

private:
    RateLimitingSampler(double traces_per_second, const Clock& clock) noexcept;

    const Clock* clock_;
    std::int64_t interval_ns_;  // between two traces at the full rate; 0: keep nothing
    std::int64_t burst_ns_;     // how far ahead of its time a trace may come
    // When the next trace would come if all had kept to their interval (steady clock).
    mutable std::atomic<std::int64_t> due_ns_;
};

}  // namespace clew::sampler
