// SPDX-License-Identifier: Apache-2.0
// Goal: retries stay a share of what is sent anyway, and never stop for good. Method: the time by
// number.
#include "clew/transport/retry_budget.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::chrono::milliseconds;

constexpr Microseconds kNow{5'000'000};
constexpr RetryBudgetOptions kOptions{20, milliseconds(10'000), 10};

int spent(RetryBudget& budget, Microseconds now) {
    int count = 0;
    while (count < 1'000 && budget.spend(now)) ++count;
    return count;
}

TEST(RetryBudget, begins_with_a_full_bucket) {
    RetryBudget budget(kOptions);
    EXPECT_EQ(spent(budget, kNow), 10);
}

TEST(RetryBudget, allows_a_fifth_of_what_is_sent_for_the_first_time) {
    RetryBudget budget(kOptions);
    spent(budget, kNow);
    int retries = 0;
    for (int i = 0; i < 10'000; ++i) {
        budget.earn();
        if (budget.spend(kNow)) ++retries;
    }
    EXPECT_EQ(retries, 2'000);
}

TEST(RetryBudget, allows_one_in_an_interval_without_traffic) {
    RetryBudget budget(kOptions);
    spent(budget, kNow);
    EXPECT_FALSE(budget.spend(kNow + milliseconds(9'999)));
    EXPECT_TRUE(budget.spend(kNow + milliseconds(10'000)));
    EXPECT_FALSE(budget.spend(kNow + milliseconds(10'000)));
}

TEST(RetryBudget, says_when_the_next_one_is_allowed) {
    RetryBudget budget(kOptions);
    spent(budget, kNow);
    budget.earn();
    EXPECT_FALSE(budget.spend(kNow + milliseconds(1'000)));
    const Microseconds at = budget.next_at();
    EXPECT_GT(at, kNow + milliseconds(7'990));
    EXPECT_LT(at, kNow + milliseconds(8'010));
    EXPECT_FALSE(budget.spend(at - milliseconds(1)));
    EXPECT_TRUE(budget.spend(at));
}

TEST(RetryBudget, saves_no_more_than_its_bucket_holds) {
    RetryBudget budget(kOptions);
    for (int i = 0; i < 1'000; ++i) budget.earn();
    EXPECT_EQ(spent(budget, kNow), 10);
    EXPECT_EQ(spent(budget, kNow + std::chrono::hours(24 * 365 * 100)), 10);
}

TEST(RetryBudget, survives_a_clock_that_stands_still_or_goes_back) {
    RetryBudget budget(kOptions);
    spent(budget, kNow);
    EXPECT_FALSE(budget.spend(kNow - milliseconds(1'000)));
    EXPECT_FALSE(budget.spend(kNow));
}

TEST(RetryBudget, with_no_share_lives_on_time_alone) {
    RetryBudget budget({0, milliseconds(1), 1});
    EXPECT_TRUE(budget.spend(kNow));
    budget.earn();
    EXPECT_FALSE(budget.spend(kNow));
    EXPECT_TRUE(budget.spend(kNow + milliseconds(1)));
}

}  // namespace
}  // namespace clew::transport
