// SPDX-License-Identifier: Apache-2.0
// Goal: outcomes have the names that metrics and messages show, and a peer's words fit into them.
// Method: compare.
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

TEST(Sender, shows_a_peers_words_in_one_short_line) {
    EXPECT_EQ(excerpt(""), "");
    EXPECT_EQ(excerpt("no\r\nroom\x80\x7f!\n\n"), "no  room  !");
    EXPECT_EQ(excerpt(std::string(1000, 'x')), std::string(200, 'x'));
    EXPECT_EQ(excerpt("\n\n"), "");
}

}  // namespace
}  // namespace clew::transport
