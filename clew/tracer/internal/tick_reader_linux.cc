// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <limits>

#include <fcntl.h>
#include <unistd.h>

#include "clew/tracer/internal/tick_reader.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace clew::tracer::internal {

namespace {

#if defined(__x86_64__)

// Constant rate and running in all sleep states: the processor says so in one bit.
bool counter_is_invariant() noexcept {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 8)) != 0;
}

// The kernel watches the counter and leaves it when processors disagree.
bool kernel_trusts_counter() noexcept {
    const int file = open(
        "/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC
    );
    if (file < 0) return false;
    char text[8] = {};
    const ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    return size >= 4 && std::memcmp(text, "tsc\n", 4) == 0;
}

bool look_up_counter() noexcept { return counter_is_invariant() && kernel_trusts_counter(); }

#else

// arm64's counter runs at a constant rate by architecture.
bool look_up_counter() noexcept { return read_counter() != 0; }

#endif

}  // namespace

bool counter_is_a_clock() noexcept {
    static const bool answer = look_up_counter();
    return answer;
}

std::uint64_t read_counter() noexcept {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    std::uint64_t count;
    asm volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#else
    return 0;
#endif
}

TickSample TickReader::sample() const noexcept {
    TickSample best;
    if (clock_ != nullptr) {
        best.tick = now();
        best.steady_ns = static_cast<std::int64_t>(best.tick);
        best.wall_ns = clock_->wall_now().count() * 1000;
        return best;
    }
    constexpr int kAttempts = 3;
    std::uint64_t shortest = std::numeric_limits<std::uint64_t>::max();
    for (int i = 0; i < kAttempts; ++i) {
        const std::uint64_t before = now();
        const std::int64_t steady_ns = read_clock_ns(CLOCK_MONOTONIC);
        const std::int64_t wall_ns = read_clock_ns(CLOCK_REALTIME);
        const std::uint64_t length = now() - before;
        if (length >= shortest) continue;
        shortest = length;
        best = {before + length / 2, steady_ns, wall_ns};
    }
    return best;
}

}  // namespace clew::tracer::internal
