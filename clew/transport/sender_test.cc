// SPDX-License-Identifier: Apache-2.0
// Goal: outcomes have the names that metrics and messages show.
// Method: compare all of them.
#include "clew/transport/sender.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

TEST(Sender, names_every_outcome) {
    EXPECT_EQ(outcome_name(Outcome::accepted), "accepted");
    EXPECT_EQ(outcome_name(Outcome::refused), "refused");
    EXPECT_EQ(outcome_name(Outcome::try_later), "try_later");
    EXPECT_EQ(outcome_name(Outcome::not_sent), "not_sent");
    EXPECT_EQ(outcome_name(Outcome::unanswered), "unanswered");
}

}  // namespace
}  // namespace clew::transport
