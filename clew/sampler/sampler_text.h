// SPDX-License-Identifier: Apache-2.0
#pragma once

// Samplers as a person writes them in an option or an environment variable:
//
//     0.1                     a tenth of all traces, by trace id (boundary_sampler.h)
//     always, never
//     counting(0.1)           exactly a tenth (counting_sampler.h)
//     per_second(100)         at most a hundred a second (rate_limiting_sampler.h)
//     /health=never; GET /api/*=per_second(10); POST *=always; 0.01
//                             rules by method and path (rule_sampler.h), then one for the rest
//
// Threads: a plain function.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "clew/base/clock.h"
#include "clew/base/expected.h"
#include "clew/sampler/sampler.h"

namespace clew::sampler {

inline constexpr std::size_t kRulesMax = 100;

// What a sampler needs of the machine.
struct SamplerGround {
    const Clock* clock = nullptr;  // outlives the sampler
    std::uint64_t seed = 0;        // random, for counting samplers
};

// Where rules leave no sampler for the rest, everything else is kept.
// Errors: invalid_argument, one sentence that quotes the wrong part.
Expected<std::shared_ptr<const Sampler>> parse_sampler(
    std::string_view text, const SamplerGround& ground
);

}  // namespace clew::sampler
