// SPDX-License-Identifier: Apache-2.0
// Goal: a value or an error, never both, and asking for the wrong one stops the program.
#include "clew/base/expected.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace clew {
namespace {

Expected<int> half(int number) {
    if (number % 2 != 0) return Error{Code::invalid_argument, "odd"};
    return number / 2;
}

TEST(Expected, holds_a_value_or_an_error) {
    const Expected<int> good = half(4);
    ASSERT_TRUE(good.has_value());
    EXPECT_EQ(*good, 2);
    const Expected<int> bad = half(3);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message, "odd");
    EXPECT_EQ(bad.value_or(7), 7);
    EXPECT_EQ(good.value_or(7), 2);
}

TEST(Expected, moves_values_that_cannot_be_copied) {
    Expected<std::unique_ptr<int>> made = std::make_unique<int>(5);
    const std::unique_ptr<int> taken = *std::move(made);
    EXPECT_EQ(*taken, 5);
}

TEST(Expected, chains_steps_and_stops_at_the_first_error) {
    EXPECT_EQ(*half(8).and_then(half), 2);
    EXPECT_EQ(half(6).and_then(half).error().message, "odd");
    EXPECT_EQ(*half(8).transform([](int number) { return std::to_string(number); }), "4");
    EXPECT_FALSE(half(7).transform([](int) { return 0; }).has_value());
}

TEST(Expected, void_is_success_until_an_error_is_given) {
    Expected<void> done;
    EXPECT_TRUE(done.has_value());
    done.value();
    const Expected<void> failed = Error{Code::io, "no"};
    EXPECT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, Code::io);
    EXPECT_FALSE(Expected<void>(failed).and_then([] { return Expected<void>(); }).has_value());
    EXPECT_TRUE(std::move(done).and_then([] { return Expected<void>(); }).has_value());
}

TEST(ExpectedDeathTest, asking_for_what_is_not_there_aborts_with_the_place) {
    EXPECT_DEATH(static_cast<void>(half(3).value()), "expected.h:.*broken invariant");
    EXPECT_DEATH(static_cast<void>(half(4).error()), "expected.h:.*broken invariant");
}

}  // namespace
}  // namespace clew
