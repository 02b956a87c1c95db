// SPDX-License-Identifier: Apache-2.0
// Goal: waits grow to their bound, differ between processes, and start over after a success.
// Method: draw many.
#include "clew/transport/backoff.h"

#include <set>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, doubles_up_to_the_longest_and_draws_from_the_upper_half) {
    Backoff backoff({.first = milliseconds(100), .longest = milliseconds(450)}, 7);
    for (const int whole : {100, 200, 400, 450, 450}) {
        const milliseconds wait = backoff.next();
        EXPECT_GE(wait, milliseconds(whole / 2));
        EXPECT_LE(wait, milliseconds(whole));
    }
}

TEST(Backoff, starts_over_after_a_success) {
    Backoff backoff({.first = milliseconds(10), .longest = milliseconds(10'000)}, 7);
    for (int i = 0; i < 10; ++i) backoff.next();
    backoff.reset();
    EXPECT_LE(backoff.next(), milliseconds(10));
}

TEST(Backoff, spreads_processes_with_different_seeds) {
    std::set<std::int64_t> waits;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        waits.insert(Backoff({milliseconds(1000), milliseconds(1000)}, seed).next().count());
    }
    EXPECT_GT(waits.size(), 80U);
}

}  // namespace
}  // namespace clew::transport
