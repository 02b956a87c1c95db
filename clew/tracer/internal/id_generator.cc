// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/id_generator.h"

#include <ctime>

#include <sys/random.h>
#include <unistd.h>

namespace clew::tracer::internal {

namespace {

// Spreads every bit of its input over the whole word (the finalizer of splitmix64).
std::uint64_t spread(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

}  // namespace

void IdGenerator::seed(std::uint32_t generation) noexcept {
    generation_ = generation;
    std::uint64_t drawn[2] = {0, 0};
    // May fail early in the machine's life, when it would have to wait; then what is at hand has
    // to do: the time, the process, and the address of this thread's generator.
    if (getrandom(drawn, sizeof drawn, GRND_NONBLOCK) < 0) drawn[0] = drawn[1] = 0;
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    const auto time = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
                      static_cast<std::uint64_t>(now.tv_nsec);
    const auto place = reinterpret_cast<std::uintptr_t>(this);
    state_[0] = drawn[0] ^ spread(time);
    state_[1] = drawn[1] ^ spread(place + (static_cast<std::uint64_t>(getpid()) << 48));
    if ((state_[0] | state_[1]) == 0) state_[0] = 1;  // the one state that never changes
}

}  // namespace clew::tracer::internal
