// SPDX-License-Identifier: Apache-2.0
#pragma once

// Draws the random ids of one thread: xoroshiro128++ seeded by the kernel, seeded again in a forked
// child so that it does not repeat its parent's ids. Ids need to be distinct, not secret.
//
// Threads: each has its own (thread_state.h).

#include <bit>
#include <cstdint>

namespace clew::tracer::internal {

class IdGenerator {
public:
    constexpr IdGenerator() noexcept = default;

    // Never 0. `generation` is fork_generation().
    std::uint64_t next(std::uint32_t generation) noexcept {
        if (generation != generation_) [[unlikely]] {
            seed(generation);
        }
        std::uint64_t id = draw();
        while (id == 0) id = draw();
        return id;
    }

private:
    void seed(std::uint32_t generation) noexcept;

    std::uint64_t draw() noexcept {
        const std::uint64_t sum = state_[0] + state_[1];
        const std::uint64_t drawn = std::rotl(sum, 17) + state_[0];
        const std::uint64_t mixed = state_[1] ^ state_[0];
        state_[0] = std::rotl(state_[0], 49) ^ mixed ^ (mixed << 21);
        state_[1] = std::rotl(mixed, 28);
        return drawn;
    }

    std::uint64_t state_[2] = {0, 0};
    std::uint32_t generation_ = 0;  // of the process that seeded it
};

}  // namespace clew::tracer::internal
