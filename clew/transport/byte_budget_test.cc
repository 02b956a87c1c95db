// SPDX-License-Identifier: Apache-2.0
// Goal: the budget never lets more bytes in than its limit and gets every byte back.
// Method: single calls at the edges, then eight threads that reserve and release at once.
#include "clew/transport/byte_budget.h"

#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

TEST(ByteBudget, is_full_at_exactly_its_limit) {
    ByteBudget budget(100);
    EXPECT_TRUE(budget.try_reserve(60));
    EXPECT_TRUE(budget.try_reserve(40));
    EXPECT_FALSE(budget.try_reserve(1));
    EXPECT_EQ(budget.bytes_in_use(), 100u);
    budget.release(1);
    EXPECT_TRUE(budget.try_reserve(1));
}

TEST(ByteBudget, refuses_a_size_beyond_all_measure_without_wrapping_around) {
    ByteBudget budget(100);
    EXPECT_TRUE(budget.try_reserve(50));
    EXPECT_FALSE(budget.try_reserve(std::numeric_limits<std::size_t>::max()));
    EXPECT_EQ(budget.bytes_in_use(), 50u);
}

TEST(ByteBudget, gets_back_what_a_reservation_held) {
    ByteBudget budget(100);
    {
        ByteReservation first(budget);
        EXPECT_TRUE(first.grow(30));
        EXPECT_TRUE(first.grow(70));
        EXPECT_FALSE(first.grow(1));
        ByteReservation second = std::move(first);
        EXPECT_EQ(second.bytes(), 100u);
        EXPECT_EQ(budget.bytes_in_use(), 100u);
    }
    EXPECT_EQ(budget.bytes_in_use(), 0u);
}

TEST(ByteBudget, forgets_what_a_reservation_held_when_it_is_replaced) {
    ByteBudget budget(100);
    ByteReservation kept(budget);
    EXPECT_TRUE(kept.grow(30));
    kept = ByteReservation(budget);
    EXPECT_EQ(budget.bytes_in_use(), 0u);
    EXPECT_TRUE(kept.grow(100));
}

TEST(ByteBudget, gets_back_what_turned_out_not_to_be_needed) {
    ByteBudget budget(100);
    ByteReservation reservation(budget);
    ASSERT_TRUE(reservation.grow(80));
    reservation.shrink_to(30);
    EXPECT_EQ(reservation.bytes(), 30u);
    EXPECT_EQ(budget.bytes_in_use(), 30u);
    reservation.shrink_to(0);
    EXPECT_EQ(budget.bytes_in_use(), 0u);
}

TEST(ByteBudget, adds_up_when_many_threads_use_it) {
    ByteBudget budget(1000);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&budget] {
            for (int round = 0; round < 10'000; ++round) {
                ByteReservation reservation(budget);
                if (reservation.grow(300)) {
                    EXPECT_LE(reservation.bytes(), budget.bytes_max());
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(budget.bytes_in_use(), 0u);
}

}  // namespace
}  // namespace clew::transport
