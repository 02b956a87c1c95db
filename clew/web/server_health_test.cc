// SPDX-License-Identifier: Apache-2.0
// Goal: a supervisor restarts the server only when that helps, and a load balancer leaves it alone
// while it should be left alone. Method: components in every state, on a clock of the test's.
#include "clew/web/server_health.h"

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::web {
namespace {

using Level = ComponentState::Level;

struct ServerHealthTest : ::testing::Test {
    ServerHealthTest() {
        health.add_component("Storage{}", [this] {
            ++reads;
            return storage;
        });
        health.add_component("Receiver{port=1}", [] { return ComponentState{}; });
        health.add_condition([this] { return load; });
    }
    void later() { clock.advance(ServerHealth::kMaxAge); }

    clew::testing::FakeClock clock;
    ServerHealth health{clock};
    ComponentState storage;
    ComponentState load;
    int reads = 0;
};

TEST_F(ServerHealthTest, lists_every_component_as_zipkin_does) {
    EXPECT_TRUE(health.is_up());
    EXPECT_EQ(health.not_ready_reason(), "");
    EXPECT_EQ(health.health_json(), R"({
  "status" : "UP",
  "zipkin" : {
    "status" : "UP",
    "details" : {
      "Storage{}" : {
        "status" : "UP"
      },
      "Receiver{port=1}" : {
        "status" : "UP"
      }
    }
  }
})");
}

TEST_F(ServerHealthTest, is_down_with_the_error_when_only_a_restart_can_help) {
    storage = {Level::down, "disk \"on\" fire"};
    EXPECT_FALSE(health.is_up());
    EXPECT_EQ(health.not_ready_reason(), "Storage{}: disk \"on\" fire");
    EXPECT_EQ(health.health_json(), R"({
  "status" : "DOWN",
  "zipkin" : {
    "status" : "DOWN",
    "details" : {
      "Storage{}" : {
        "status" : "DOWN",
        "details" : {
          "error" : "disk \"on\" fire"
        }
      },
      "Receiver{port=1}" : {
        "status" : "UP"
      }
    }
  }
})");
}

TEST_F(ServerHealthTest, stays_up_while_it_is_not_ready_and_says_why) {
    storage = {Level::not_ready, "read-only: the disk is full"};
    load = {Level::not_ready, "overloaded"};
    EXPECT_TRUE(health.is_up());
    EXPECT_EQ(health.not_ready_reason(), "Storage{}: read-only: the disk is full; overloaded");
    EXPECT_NE(
        health.health_json().find(R"("not_ready" : "read-only: the disk is full")"),
        std::string::npos
    );
    EXPECT_EQ(health.health_json().find("DOWN"), std::string::npos);
}

TEST_F(ServerHealthTest, is_not_ready_from_the_moment_it_shuts_down) {
    EXPECT_EQ(health.not_ready_reason(), "");
    health.begin_shutdown();
    EXPECT_EQ(health.not_ready_reason(), "shutting down");
    EXPECT_TRUE(health.is_up());
}

TEST_F(ServerHealthTest, reads_a_component_once_a_second_however_many_ask) {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(health.is_up());
    EXPECT_EQ(reads, 1);
    storage = {Level::down, "gone"};
    EXPECT_TRUE(health.is_up());
    later();
    EXPECT_FALSE(health.is_up());
    EXPECT_EQ(reads, 2);
}

}  // namespace
}  // namespace clew::web
