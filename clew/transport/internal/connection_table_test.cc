// SPDX-License-Identifier: Apache-2.0
// Goal: the connection that makes room is the one that is missed least. Method: a table without
// sockets.
#include "clew/transport/internal/connection_table.h"

#include <array>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

struct QuietConnection final : Connection {
    void start() override {}
    void check_deadlines(std::chrono::steady_clock::time_point) override {}
    void finish() override {}
    void close() override {}
};

class ConnectionTableTest : public ::testing::Test {
protected:
    // A connection of peer `number` that has waited since `waiting_since`; 0: it is busy.
    void add(
        std::uint64_t id, std::uint8_t number, std::int64_t waiting_since, bool refused = false
    ) {
        waiting_since_.at(id) = waiting_since;
        PeerAddress peer;
        peer.bytes[0] = number;
        table_.add(id, {peer, refused, &waiting_since_.at(id), connection_, false});
    }

    std::shared_ptr<Connection> connection_ = std::make_shared<QuietConnection>();
    std::array<std::atomic<std::int64_t>, 16> waiting_since_{};
    ConnectionTable table_{2};
};

TEST_F(ConnectionTableTest, chooses_the_one_that_has_waited_longest) {
    add(0, 1, 30);
    add(1, 1, 10);
    add(2, 1, 20);
    EXPECT_EQ(table_.choose_leaving(), 1u);
    EXPECT_EQ(table_.choose_leaving(), 2u);
    EXPECT_EQ(table_.staying(), 1u);
    EXPECT_EQ(table_.open(), 3u);
}

TEST_F(ConnectionTableTest, chooses_among_those_of_the_peer_that_has_most) {
    add(0, 1, 10);
    add(1, 2, 20);
    add(2, 2, 30);
    add(3, 1, 5);
    add(4, 2, 0);
    EXPECT_EQ(table_.choose_leaving(), 1u);
}

TEST_F(ConnectionTableTest, chooses_nobody_who_is_busy_refused_or_not_there_yet) {
    add(0, 1, 0);
    add(1, 1, 10, true);
    connection_ = nullptr;
    add(2, 1, 10);
    EXPECT_EQ(table_.choose_leaving(), std::nullopt);
    EXPECT_EQ(table_.refused(), 1u);
    EXPECT_EQ(table_.open(), 2u);
}

TEST_F(ConnectionTableTest, keeps_one_that_was_busy_after_all) {
    add(0, 1, 10);
    EXPECT_EQ(table_.choose_leaving(), 0u);
    EXPECT_EQ(table_.staying(), 0u);
    table_.keep(0);
    EXPECT_EQ(table_.staying(), 1u);
    EXPECT_EQ(table_.choose_leaving(), 0u);
    table_.remove(0);
    table_.keep(0);
    EXPECT_EQ(table_.staying(), 0u);
    EXPECT_EQ(table_.open(), 0u);
}

TEST_F(ConnectionTableTest, knows_who_was_refused_first) {
    EXPECT_EQ(table_.choose_oldest_refused(), std::nullopt);
    add(5, 1, 0, true);
    add(4, 1, 0, true);
    add(3, 1, 0);
    EXPECT_EQ(table_.choose_oldest_refused(), 4u);
    EXPECT_EQ(table_.choose_oldest_refused(), 5u);
    EXPECT_EQ(table_.choose_oldest_refused(), std::nullopt);
    table_.remove(4);
    EXPECT_EQ(table_.refused(), 1u);
}

TEST_F(ConnectionTableTest, lists_the_connections_of_a_lane) {
    for (const std::uint64_t id : {0u, 1u, 2u}) add(id, 1, 0);
    EXPECT_EQ(table_.in_lane(0).size(), 2u);
    EXPECT_EQ(table_.in_lane(1).size(), 1u);
}

}  // namespace
}  // namespace clew::transport
