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

PeerAddress peer(std::uint8_t number) {
    PeerAddress address;
    address.bytes[0] = number;
    return address;
}

// Messages of one peer that grow by a byte in turn until none may.
std::vector<ByteReservation> grown(ByteBudget& budget, std::uint8_t number, std::size_t messages) {
    std::vector<ByteReservation> all;
    for (std::size_t i = 0; i < messages; ++i) all.emplace_back(budget.account_of(peer(number)));
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (ByteReservation& one : all) has_grown = one.grow(1) || has_grown;
    }
    return all;
}

TEST(ByteBudget, gives_a_lone_message_all_but_the_reserves) {
    ByteBudget budget(8000);
    ByteReservation alone(budget.account_of(peer(1)));
    EXPECT_EQ(budget.message_bytes_max(), 6000u);
    EXPECT_TRUE(alone.could_grow(6000));
    EXPECT_FALSE(alone.could_grow(6001));
    EXPECT_FALSE(alone.grow(6001));
    EXPECT_TRUE(alone.grow(6000));
    EXPECT_FALSE(alone.grow(1));
    EXPECT_EQ(budget.bytes_in_use(), 6000u);
}

TEST(ByteBudget, leaves_room_for_one_more_message_of_a_greedy_peer) {
    for (const std::size_t messages : {1u, 2u, 10u, 100u}) {
        ByteBudget budget(8'000'000);
        const std::vector<ByteReservation> greedy = grown(budget, 1, messages);
        const std::size_t share = budget.bytes_in_use() / messages;
        ByteReservation one_more(budget.account_of(peer(1)));
        // A peer's only message may take all of its share; the reserves are left then.
        EXPECT_EQ(one_more.grow(share / 4), messages != 1) << messages;
        ByteReservation of_another(budget.account_of(peer(2)));
        EXPECT_TRUE(of_another.grow(budget.bytes_max() / 16)) << messages;
    }
}

TEST(ByteBudget, gives_messages_that_grow_together_equal_shares) {
    ByteBudget budget(8'000'000);
    const std::vector<ByteReservation> greedy = grown(budget, 1, 40);
    for (const ByteReservation& one : greedy) {
        EXPECT_LE(one.bytes(), greedy[0].bytes() + 2);
        EXPECT_GE(one.bytes() + 2, greedy[0].bytes());
    }
    EXPECT_GE(budget.bytes_in_use(), 5'900'000u);
}

TEST(ByteBudget, lets_small_messages_pass_when_nothing_else_does) {
    ByteBudget budget(8'000'000);
    const std::vector<ByteReservation> greedy = grown(budget, 1, 100);
    const std::vector<ByteReservation> others = grown(budget, 2, 100);
    ByteReservation small(budget.account_of(peer(1)));
    EXPECT_TRUE(small.take_small(ByteBudget::kSmallMessageBytes));
    EXPECT_EQ(small.bytes(), ByteBudget::kSmallMessageBytes);
    EXPECT_LE(budget.bytes_in_use(), budget.bytes_max());
}

TEST(ByteBudget, counts_what_a_peer_holds_over_its_connections_and_forgets_it) {
    ByteBudget budget(8000);
    const std::shared_ptr<PeerBytes> account = budget.account_of(peer(1));
    EXPECT_EQ(budget.account_of(peer(1)), account);
    EXPECT_NE(budget.account_of(peer(2)), account);
    {
        ByteReservation first(account);
        ByteReservation second(budget.account_of(peer(1)));
        EXPECT_TRUE(first.grow(100));
        EXPECT_TRUE(second.take_small(10));
        const ByteReservation moved = std::move(first);
        EXPECT_EQ(account->bytes_in_use(), 110u);
        second.shrink_to(4);
        EXPECT_EQ(account->bytes_in_use(), 104u);
    }
    EXPECT_EQ(account->bytes_in_use(), 0u);
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
