// SPDX-License-Identifier: Apache-2.0
#include "clew/sampler/counting_sampler.h"

#include <random>

#include <unistd.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/sampler/internal/rate_text.h"

namespace clew::sampler {

Expected<CountingSampler> CountingSampler::create(double rate, std::uint64_t seed) {
    if (!(rate >= 0.0 && rate <= 1.0)) return internal::wrong_rate(static_cast<float>(rate));
    auto wanted = static_cast<std::size_t>(rate * static_cast<double>(kWindow) + 0.5);
    if (rate > 0.0 && wanted == 0) wanted = 1;
    CountingSampler sampler;
    sampler.generation_ = fork_generation();
    std::mt19937_64 random(seed);
    // Selection sampling: every set of `wanted` places is equally likely.
    for (std::size_t place = 0; place < kWindow && wanted > 0; ++place) {
        if (random() % (kWindow - place) >= wanted) continue;
        sampler.kept_[place / 64] |= std::uint64_t{1} << (place % 64);
        --wanted;
    }
    return sampler;
}

CountingSampler::CountingSampler(CountingSampler&& other) noexcept
    : count_(other.count_.load(std::memory_order_relaxed)),
      generation_(other.generation_.load(std::memory_order_relaxed)),
      kept_(other.kept_) {}

void CountingSampler::begin_elsewhere(std::uint32_t generation) const noexcept {
    std::uint32_t seen = generation_.load(std::memory_order_relaxed);
    if (seen == generation || !generation_.compare_exchange_strong(seen, generation)) return;
    // Fibonacci hashing: ids of processes that follow each other come far apart.
    const auto hash = static_cast<std::uint64_t>(getpid()) * 0x9e3779b97f4a7c15U;
    count_.fetch_add(hash >> 32U, std::memory_order_relaxed);
}

bool CountingSampler::is_sampled(const model::TraceId&) const noexcept {
    const std::uint32_t generation = fork_generation();
    if (generation_.load(std::memory_order_relaxed) != generation) [[unlikely]] {
        begin_elsewhere(generation);
    }
    const std::uint64_t place = count_.fetch_add(1, std::memory_order_relaxed) % kWindow;
    return (kept_[place / 64] >> (place % 64) & 1U) != 0;
}

}  // namespace clew::sampler
