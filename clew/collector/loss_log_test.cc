// SPDX-License-Identifier: Apache-2.0
// Goal: an operator reads what is lost and why, and no flood of lines. Method: a clock that a test
// moves.
#include "clew/collector/loss_log.h"

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::collector {
namespace {

struct LossLogTest : ::testing::Test {
    LossLogTest() {
        log.watch("zero_id", zero_id);
        log.watch("not_base64", not_base64);
    }

    Counter zero_id;
    Counter not_base64;
    clew::testing::FakeClock clock;
    std::vector<std::string> lines;
    LossLog log{
        "scribe",
        [this](std::string_view transport, const std::vector<Loss>& losses) {
            std::string line(transport);
            for (const Loss& loss : losses) {
                line.append(" ").append(loss.reason).append("=").append(std::to_string(loss.count));
            }
            lines.push_back(line);
        },
        clock};
};

TEST_F(LossLogTest, writes_nothing_while_nothing_is_lost) {
    log.report();
    clock.advance(std::chrono::hours(1));
    log.report();
    EXPECT_TRUE(lines.empty());
}

TEST_F(LossLogTest, writes_the_first_loss_at_once_with_its_reasons) {
    zero_id.add(2);
    not_base64.add();
    log.report();
    log.report();
    EXPECT_EQ(lines, std::vector<std::string>{"scribe zero_id=2 not_base64=1"});
}

TEST_F(LossLogTest, writes_one_line_a_minute_with_what_came_together_since) {
    for (int i = 0; i < 1000; ++i) {
        zero_id.add();
        log.report();
    }
    EXPECT_EQ(lines.size(), 1U);
    clock.advance(kLossLogInterval - Microseconds(1));
    log.report();
    EXPECT_EQ(lines.size(), 1U);
    clock.advance(Microseconds(1));
    not_base64.add(3);
    log.report();
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0], "scribe zero_id=1");
    EXPECT_EQ(lines[1], "scribe zero_id=999 not_base64=3");
    clock.advance(kLossLogInterval);
    log.report();
    EXPECT_EQ(lines.size(), 2U);
}

TEST(LossLog, without_a_sink_does_nothing) {
    Counter counter;
    counter.add();
    LossLog log("http", {});
    log.watch("zero_id", counter);
    log.report();
}

}  // namespace
}  // namespace clew::collector
