// SPDX-License-Identifier: Apache-2.0
// Goal: never more than the rate allows, never silent, whatever clocks do. Method: a clock that the
// test moves.
#include "clew/sampler/rate_limiting_sampler.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::sampler {

namespace {

using namespace std::chrono_literals;

// A steady clock that may be set, as no real one should be.
struct LeapingClock final : Clock {
    Microseconds now{1'000'000'000};
    Microseconds wall_now() const override { return {}; }
    Microseconds steady_now() const override { return now; }
};

int kept_at_once(const RateLimitingSampler& sampler) {
    int kept = 0;
    for (int i = 0; i < 10'000; ++i) kept += sampler.is_sampled({0, 1}) ? 1 : 0;
    return kept;
}

}  // namespace

TEST(RateLimitingSampler, keeps_its_rate_of_a_steady_stream) {
    for (const int rate : {1, 10, 100, 1000}) {
        testing::FakeClock clock;
        const auto sampler = RateLimitingSampler::create(rate, clock);
        int kept = 0;
        for (int i = 0; i < 100'000; ++i) {  // ten seconds
            kept += sampler->is_sampled({0, 1}) ? 1 : 0;
            clock.advance(100us);
        }
        EXPECT_GE(kept, rate * 10);
        EXPECT_LE(kept, rate * 10 + rate / 10 + 1);
    }
}

TEST(RateLimitingSampler, lets_a_tenth_of_a_second_come_at_once) {
    testing::FakeClock clock;
    const auto sampler = RateLimitingSampler::create(100, clock);
    EXPECT_EQ(kept_at_once(*sampler), 10);
    clock.advance(10ms);
    EXPECT_EQ(kept_at_once(*sampler), 1);
    clock.advance(1h);
    EXPECT_EQ(kept_at_once(*sampler), 10);
}

TEST(RateLimitingSampler, keeps_one_now_and_then_below_one_a_second) {
    testing::FakeClock clock;
    const auto sampler = RateLimitingSampler::create(0.1, clock);
    EXPECT_EQ(kept_at_once(*sampler), 1);
    clock.advance(9'999ms);
    EXPECT_EQ(kept_at_once(*sampler), 0);
    clock.advance(1ms);
    EXPECT_EQ(kept_at_once(*sampler), 1);
}

TEST(RateLimitingSampler, keeps_nothing_at_rate_zero) {
    testing::FakeClock clock;
    EXPECT_EQ(kept_at_once(*RateLimitingSampler::create(0, clock)), 0);
}

TEST(RateLimitingSampler, takes_the_smallest_rate_there_is) {
    testing::FakeClock clock;
    const auto sampler = RateLimitingSampler::create(5e-324, clock);
    EXPECT_EQ(kept_at_once(*sampler), 1);
    clock.advance(24h);
    EXPECT_EQ(kept_at_once(*sampler), 0);
}

TEST(RateLimitingSampler, does_not_notice_a_set_wall_clock) {
    testing::FakeClock clock;
    const auto sampler = RateLimitingSampler::create(100, clock);
    EXPECT_EQ(kept_at_once(*sampler), 10);
    clock.set_wall(0us);
    EXPECT_EQ(kept_at_once(*sampler), 0);
    clock.set_wall(1'900'000'000s);
    EXPECT_EQ(kept_at_once(*sampler), 0);
}

TEST(RateLimitingSampler, neither_floods_nor_falls_silent_when_the_steady_clock_leaps) {
    LeapingClock clock;
    const auto sampler = RateLimitingSampler::create(100, clock);
    EXPECT_EQ(kept_at_once(*sampler), 10);
    clock.now -= 500s;
    EXPECT_EQ(kept_at_once(*sampler), 10);
    clock.now += 5'000s;
    EXPECT_EQ(kept_at_once(*sampler), 10);
    clock.now -= 50ms;  // a small step back is waited out
    EXPECT_EQ(kept_at_once(*sampler), 0);
}

TEST(RateLimitingSampler, limits_all_threads_together) {
    testing::FakeClock clock;
    const auto sampler = RateLimitingSampler::create(1'000, clock);
    std::atomic<int> kept{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&] { kept += kept_at_once(*sampler); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(kept, 100);
}

TEST(RateLimitingSampler, refuses_what_is_no_rate) {
    testing::FakeClock clock;
    for (const double rate : {-1.0, 1e9, std::nan("")}) {
        const auto sampler = RateLimitingSampler::create(rate, clock);
        ASSERT_FALSE(sampler);
        EXPECT_EQ(sampler.error().code, Code::invalid_argument);
    }
}

}  // namespace clew::sampler
