// SPDX-License-Identifier: Apache-2.0
// Goal: ticks become wall time that is right to the microsecond, never runs backwards inside a
// trace, and follows a clock that was set. Method: a simulated counter with known rate and errors.
#include "clew/tracer/internal/tick_clock.h"

#include <cmath>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::tracer::internal {

namespace {

constexpr std::int64_t kWall = 1'700'000'000'000'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;

// A counter of 2.4454 GHz that was at 5e15 when the steady clock stood at 10^12 ns.
std::uint64_t tick_at(std::int64_t ns) {
    return 5'000'000'000'000'000 +
           static_cast<std::uint64_t>(std::llround(static_cast<double>(ns) * 2.4454));
}

// `error_ns`: how much too late the counter was read.
TickSample sample_at(std::int64_t ns, std::int64_t wall_step = 0, std::int64_t error_ns = 0) {
    return {tick_at(ns + error_ns), 1'000'000'000'000 + ns, kWall + ns + wall_step};
}

}  // namespace

TEST(TickClock, measures_the_rate_of_the_counter) {
    TickClock clock(sample_at(0));
    EXPECT_EQ(clock.newest(), 1U);
    clock.observe(sample_at(500'000'000));
    EXPECT_EQ(clock.wall_us(tick_at(0), 1), kWall / 1000);
    EXPECT_EQ(clock.wall_us(tick_at(250'000'500), 1), kWall / 1000 + 250'000);
    EXPECT_EQ(clock.newest(), 1U);
}

TEST(TickClock, is_right_to_a_microsecond_though_samples_are_not) {
    // Each sample up to 100 ns off, this way and that; drained once a second for a minute.
    TickClock clock(sample_at(0, 0, -100));
    for (std::int64_t second = 1; second <= 60; ++second) {
        const std::uint32_t anchor = clock.newest();
        clock.observe(sample_at(second * kSecond, 0, second % 3 * 100 - 100));
        const std::int64_t at = second * kSecond - 500'000'000;
        EXPECT_NEAR(
            static_cast<double>(clock.wall_us(tick_at(at), anchor) - kWall / 1000),
            static_cast<double>(at / 1000),
            1.0
        );
    }
    EXPECT_GE(clock.newest(), 60U);
}

TEST(TickClock, makes_at_most_one_anchor_a_second) {
    TickClock clock(sample_at(0));
    for (std::int64_t ms = 1; ms <= 3500; ++ms) clock.observe(sample_at(ms * 1'000'000));
    EXPECT_EQ(clock.newest(), 4U);
}

TEST(TickClock, places_a_trace_on_one_line_whenever_its_spans_are_drained) {
    TickClock clock(sample_at(0, 0, 80));
    clock.observe(sample_at(2 * kSecond, 0, -80));
    const std::uint64_t tick = tick_at(2'500'000'000);
    const std::int64_t early = clock.wall_us(tick, 2);
    for (std::int64_t second = 3; second < 100; ++second) {
        clock.observe(sample_at(second * kSecond, 0, second % 2 * 160 - 80));
        EXPECT_EQ(clock.wall_us(tick, 2), early);
        EXPECT_LE(early, clock.wall_us(tick + 1, 2));
    }
}

TEST(TickClock, follows_a_clock_that_was_set_in_new_traces_only) {
    constexpr std::int64_t kHour = 3600 * kSecond;
    TickClock clock(sample_at(0));
    clock.observe(sample_at(kSecond / 2));
    const std::uint32_t before = clock.newest();
    clock.observe(sample_at(kSecond / 2 + 1000, -kHour));
    EXPECT_NE(clock.newest(), before);
    const std::uint64_t tick = tick_at(kSecond / 2 + 2000);
    EXPECT_EQ(clock.wall_us(tick, before), (kWall + kSecond / 2 + 2000) / 1000);
    EXPECT_EQ(clock.wall_us(tick, clock.newest()), (kWall - kHour + kSecond / 2 + 2000) / 1000);
}

TEST(TickClock, notices_a_set_clock_when_no_time_passed) {
    TickClock clock(sample_at(0));
    clock.observe(sample_at(0, 5 * kSecond));
    EXPECT_EQ(clock.wall_us(tick_at(0), clock.newest()), (kWall + 5 * kSecond) / 1000);
}

TEST(TickClock, places_very_old_traces_by_the_oldest_anchor_left) {
    TickClock clock(sample_at(0));
    const std::int64_t seconds = TickClock::kAnchorsMax + 50;
    for (std::int64_t second = 1; second <= seconds; ++second)
        clock.observe(sample_at(second * kSecond));
    EXPECT_EQ(clock.newest(), TickClock::kAnchorsMax + 51);
    EXPECT_NEAR(
        static_cast<double>(clock.wall_us(tick_at(0), 1)), static_cast<double>(kWall / 1000), 1.0
    );
}

TEST(TickClock, takes_anchors_it_does_not_know_for_the_newest) {
    TickClock clock(sample_at(0));
    clock.observe(sample_at(2 * kSecond, kSecond));
    const std::int64_t newest = clock.wall_us(tick_at(0), clock.newest());
    EXPECT_EQ(clock.wall_us(tick_at(0), 0), newest);
    EXPECT_EQ(clock.wall_us(tick_at(0), 4'000'000'000), newest);
}

TEST(TickClock, begins_anew_after_a_fork_with_numbers_of_its_own) {
    TickClock clock(sample_at(0));
    clock.restart(sample_at(kSecond, kSecond));
    EXPECT_EQ(clock.newest(), 2U);
    EXPECT_EQ(clock.wall_us(tick_at(kSecond), 1), clock.wall_us(tick_at(kSecond), 2));
    EXPECT_EQ(clock.wall_us(tick_at(kSecond), 2), (kWall + 2 * kSecond) / 1000);
}

TEST(TickReader, reads_a_counter_that_agrees_with_the_clocks) {
    for (const TickSource source : {TickSource::automatic, TickSource::monotonic_clock}) {
        const TickReader reader(source, nullptr);
        EXPECT_TRUE(source == TickSource::automatic || !reader.uses_counter());
        TickClock clock(reader.sample());
        const std::int64_t begin = read_clock_ns(CLOCK_REALTIME) / 1000;
        const std::uint64_t tick = reader.now();
        const std::int64_t end = read_clock_ns(CLOCK_REALTIME) / 1000;
        EXPECT_LE(tick, reader.now());
        const std::int64_t until = read_clock_ns(CLOCK_MONOTONIC) + 20'000'000;
        while (read_clock_ns(CLOCK_MONOTONIC) < until) {}
        clock.observe(reader.sample());
        EXPECT_GE(clock.wall_us(tick, 1), begin - 50);
        EXPECT_LE(clock.wall_us(tick, 1), end + 50);
    }
}

TEST(TickReader, uses_the_clock_of_a_test) {
    testing::FakeClock fake;
    const TickReader reader(TickSource::automatic, &fake);
    EXPECT_FALSE(reader.uses_counter());
    fake.advance(Microseconds(7));
    EXPECT_EQ(reader.now(), 7000U);
    EXPECT_EQ(reader.sample().steady_ns, 7000);
    EXPECT_EQ(reader.sample().wall_ns, fake.wall_now().count() * 1000);
}

}  // namespace clew::tracer::internal
