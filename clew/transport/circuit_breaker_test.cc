// SPDX-License-Identifier: Apache-2.0
// Goal: when a peer is left alone, and when it is asked again. Method: failures and successes by
// hand, the time by number.
#include "clew/transport/circuit_breaker.h"

#include <set>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::chrono::milliseconds;

constexpr Microseconds kNow{1'000'000'000};
constexpr milliseconds kPause{10'000};

class CircuitBreakerTest : public ::testing::Test {
protected:
    void fail(int times, Microseconds at = kNow) {
        for (int i = 0; i < times; ++i) breaker_.failed(at);
    }

    CircuitBreaker breaker_{{5, kPause}, 1};
};

TEST_F(CircuitBreakerTest, lets_everything_through_at_first) {
    EXPECT_EQ(breaker_.state(), BreakerState::closed);
    EXPECT_TRUE(breaker_.allows(kNow));
}

TEST_F(CircuitBreakerTest, opens_at_the_last_of_so_many_failures_in_a_row) {
    fail(4);
    EXPECT_TRUE(breaker_.allows(kNow));
    fail(1);
    EXPECT_EQ(breaker_.state(), BreakerState::open);
    EXPECT_FALSE(breaker_.allows(kNow));
}

TEST_F(CircuitBreakerTest, counts_only_failures_in_a_row) {
    for (int i = 0; i < 10; ++i) {
        fail(4);
        breaker_.succeeded();
    }
    EXPECT_EQ(breaker_.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, asks_again_after_a_pause_of_half_its_length_to_its_length) {
    fail(5);
    EXPECT_FALSE(breaker_.allows(kNow + kPause / 2 - Microseconds(1)));
    EXPECT_FALSE(breaker_.allows(breaker_.open_until() - Microseconds(1)));
    EXPECT_LE(breaker_.open_until(), kNow + kPause);
    EXPECT_TRUE(breaker_.allows(breaker_.open_until()));
    EXPECT_EQ(breaker_.state(), BreakerState::half_open);
}

TEST_F(CircuitBreakerTest, opens_again_at_one_failed_probe) {
    fail(5);
    ASSERT_TRUE(breaker_.allows(kNow + kPause));
    fail(1, kNow + kPause);
    EXPECT_EQ(breaker_.state(), BreakerState::open);
    EXPECT_GE(breaker_.open_until(), kNow + kPause + kPause / 2);
}

TEST_F(CircuitBreakerTest, closes_at_one_good_probe_and_forgets_what_was) {
    fail(5);
    ASSERT_TRUE(breaker_.allows(kNow + kPause));
    breaker_.succeeded();
    fail(4, kNow + kPause);
    EXPECT_EQ(breaker_.state(), BreakerState::closed);
}

TEST_F(CircuitBreakerTest, is_asked_at_once_by_somebody_who_cannot_wait) {
    breaker_.end_pause();
    EXPECT_EQ(breaker_.state(), BreakerState::closed);
    fail(5);
    breaker_.end_pause();
    EXPECT_EQ(breaker_.state(), BreakerState::half_open);
    EXPECT_TRUE(breaker_.allows(kNow));
}

TEST_F(CircuitBreakerTest, does_not_bring_a_fleet_back_in_one_instant) {
    std::set<Microseconds> instants;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        CircuitBreaker breaker({1, kPause}, seed);
        breaker.failed(kNow);
        instants.insert(breaker.open_until());
    }
    EXPECT_GT(instants.size(), 90U);
}

TEST_F(CircuitBreakerTest, names_its_states) {
    EXPECT_STREQ(breaker_state_name(BreakerState::closed), "closed");
    EXPECT_STREQ(breaker_state_name(BreakerState::open), "open");
    EXPECT_STREQ(breaker_state_name(BreakerState::half_open), "half_open");
}

}  // namespace
}  // namespace clew::transport
