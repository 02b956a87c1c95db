// SPDX-License-Identifier: Apache-2.0
// Goal: both forms of Retry-After are understood, and nonsense is not taken for a wait.
// Method: texts in, seconds out.
#include "clew/transport/http/retry_after.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kSundayNoon1994 = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, reads_seconds) {
    EXPECT_EQ(parse_retry_after("0", 0), seconds(0));
    EXPECT_EQ(parse_retry_after("120", 0), seconds(120));
}

TEST(RetryAfter, reads_a_date) {
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kSundayNoon1994 - 7), seconds(7));
    EXPECT_EQ(parse_retry_after("Thu, 29 Feb 2024 00:00:00 GMT", 1'709'164'799), seconds(1));
}

TEST(RetryAfter, takes_a_date_that_has_passed_for_no_wait) {
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kSundayNoon1994 + 7), seconds(0));
}

TEST(RetryAfter, understands_nothing_else) {
    for (const char* text :
         {"",
          "-1",
          "1.5",
          "soon",
          "99999999999999",
          "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 06 Foo 1994 08:49:37 GMT",
          "Sun, 31 Feb 2024 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, xx Nov 1994 08:49:37 GMT",
          "Sunday, 06-Nov-94 08:49:37 GMT"}) {
        EXPECT_EQ(parse_retry_after(text, 0), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace clew::transport
