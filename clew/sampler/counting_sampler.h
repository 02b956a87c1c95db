// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps an exact share of the traces that this process begins, whatever their ids: of each
// kWindow traces in a row the same number, at places chosen at random once, so that traffic with a
// rhythm is not always met at the same beat. For little traffic, where chance would be unfair.
// Other processes keep other traces: a deferred decision is not the same everywhere
// (boundary_sampler.h). A forked child counts from a place of its own, so that workers do not all
// keep, or all miss, the same first ones.
//
// Threads: call from anywhere; one atomic addition.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "clew/base/expected.h"
#include "clew/sampler/sampler.h"

namespace clew::sampler {

class CountingSampler final : public Sampler {
public:
    static constexpr std::size_t kWindow = 10'000;

    // `rate` is a share from 0 to 1, rounded to a whole number of traces of each window, and up to
    // one when it is above 0. `seed` chooses the places.
    // Errors: invalid_argument, "rate should be between 0 and 1: was 1.1".
    static Expected<CountingSampler> create(double rate, std::uint64_t seed);

    CountingSampler(CountingSampler&& other) noexcept;

    using Sampler::is_sampled;
    bool is_sampled(const model::TraceId&) const noexcept override;

private:
    CountingSampler() noexcept = default;
    void begin_elsewhere(std::uint32_t generation) const noexcept;

    mutable std::atomic<std::uint64_t> count_{0};
    mutable std::atomic<std::uint32_t> generation_{0};       // of the process that counts
    std::array<std::uint64_t, (kWindow + 63) / 64> kept_{};  // a bit per place of the window
};

}  // namespace clew::sampler
