// SPDX-License-Identifier: Apache-2.0
// Goal: the index never misses a trace of a window, and its bounds let a search stop early.
// Method: random traces held against a plain list.
#include "clew/storage/memory/internal/time_index.h"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace clew::storage {

namespace {

constexpr std::size_t kAll = 1'000'000;

std::vector<std::uint64_t> traces_of(const std::vector<TimeCandidate>& candidates) {
    std::vector<std::uint64_t> traces;
    for (const TimeCandidate& candidate : candidates) traces.push_back(candidate.trace);
    return traces;
}

TEST(TimeIndex, is_empty_at_first) {
    const TimeIndex index;
    EXPECT_TRUE(index.find({0, 1000}, kAll).empty());
}

TEST(TimeIndex, finds_moments_newest_first_and_exactly) {
    TimeIndex index;
    for (const std::uint64_t ms : {5U, 1U, 9U, 7U, 3U}) {
        const auto at = static_cast<std::int64_t>(ms);
        EXPECT_TRUE(index.insert(TimeKey::of({at, at}, ms)));
        EXPECT_FALSE(index.insert(TimeKey::of({at, at}, ms)));
    }
    EXPECT_EQ(traces_of(index.find({0, 100}, kAll)), (std::vector<std::uint64_t>{9, 7, 5, 3, 1}));
    EXPECT_EQ(traces_of(index.find({0, 100}, 2)), (std::vector<std::uint64_t>{9, 7}));
    EXPECT_EQ(index.find({0, 9}, 1)[0].newest_bound_ms, 9);
    index.erase(TimeKey::of({9, 9}, 9));
    EXPECT_EQ(index.find({0, 100}, 1)[0].trace, 7U);
    EXPECT_TRUE(index.find({50, 40}, kAll).empty());
}

TEST(TimeIndex, agrees_with_a_plain_list_on_random_traces) {
    std::mt19937_64 random(7);
    TimeIndex index;
    std::map<std::uint64_t, TimeSpan> list;
    for (std::uint64_t trace = 1; trace <= 2000; ++trace) {
        const auto oldest = static_cast<std::int64_t>(random() % 1'000'000);
        const auto length =
            static_cast<std::int64_t>(random() % (std::uint64_t{1} << random() % 20));
        list[trace] = {oldest, oldest + length};
        index.insert(TimeKey::of(list[trace], trace));
    }
    for (int round = 0; round < 200; ++round) {
        const auto begin = static_cast<std::int64_t>(random() % 1'000'000);
        const auto size = static_cast<std::int64_t>(random() % (std::uint64_t{1} << random() % 20));
        const TimeSpan window{begin, begin + size};
        const auto found = index.find(window, kAll);
        std::map<std::uint64_t, std::int64_t> bounds;
        std::int64_t last = window.newest_ms;
        for (const TimeCandidate& candidate : found) {
            ASSERT_TRUE(bounds.emplace(candidate.trace, candidate.newest_bound_ms).second);
            ASSERT_LE(candidate.newest_bound_ms, last) << "bounds fall";
            last = candidate.newest_bound_ms;
        }
        std::size_t overlapping = 0;
        for (const auto& [trace, span] : list) {
            if (span.oldest_ms > window.newest_ms || span.newest_ms < window.oldest_ms) continue;
            ++overlapping;
            ASSERT_TRUE(bounds.contains(trace));
            ASSERT_GE(bounds[trace], std::min(span.newest_ms, window.newest_ms));
        }
        const auto part = index.find(window, 5);
        ASSERT_EQ(part.size(), std::min<std::size_t>(5, found.size()));
        for (std::size_t i = 0; i < part.size(); ++i) {
            ASSERT_EQ(part[i].newest_bound_ms, found[i].newest_bound_ms);
        }
        ASSERT_GE(found.size(), overlapping);
    }
}

TEST(TimeIndex, holds_the_largest_times_of_the_wire) {
    constexpr std::int64_t kLatest = 9'223'372'036'854'775;
    TimeIndex index;
    index.insert(TimeKey::of({0, kLatest}, 1));
    index.insert(TimeKey::of({kLatest, kLatest}, 2));
    index.insert(TimeKey::of({0, 0}, 3));
    const auto all = traces_of(index.find({0, kLatest}, kAll));
    EXPECT_EQ(all, (std::vector<std::uint64_t>{2, 1, 3}));
    EXPECT_EQ(traces_of(index.find({kLatest, 9'223'372'036'854'775'807}, kAll)).size(), 2U);
    EXPECT_EQ(traces_of(index.find({0, 0}, kAll)).size(), 2U);
}

TEST(TimeIndex, moves_a_growing_trace_seldom) {
    // A span every millisecond for a hundred thousand milliseconds, forwards and backwards.
    for (const int direction : {1, -1}) {
        int moves = 0;
        TimeSpan span{1'000'000'007, 1'000'000'007};
        TimeKey key = TimeKey::of(span, 1);
        for (int i = 0; i < 100'000; ++i) {
            (direction > 0 ? span.newest_ms : span.oldest_ms) += direction;
            const TimeKey next = TimeKey::of(span, 1);
            moves += next == key ? 0 : 1;
            key = next;
        }
        EXPECT_LE(moves, 60);
    }
}

}  // namespace

}  // namespace clew::storage
