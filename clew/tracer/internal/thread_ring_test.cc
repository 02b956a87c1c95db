// SPDX-License-Identifier: Apache-2.0
// Goal: a ring has one owner at a time, and its memory ends once. Method: hand-overs in every
// order; the sanitizers watch the memory.
#include "clew/tracer/internal/thread_ring.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/tracer/internal/id_generator.h"

namespace clew::tracer::internal {

namespace {

// Rings live as long as their recorder's list, which is for ever; here the test frees them.
struct Free {
    void operator()(ThreadRing* ring) const { std::free(ring); }
};
using Owned = std::unique_ptr<ThreadRing, Free>;

bool put(ThreadRing& ring, std::string_view record) {
    char* const place = ring.spans().reserve(record.size());
    if (place == nullptr) return false;
    std::memcpy(place, record.data(), record.size());
    ring.spans().publish();
    return true;
}

}  // namespace

TEST(ThreadRing, belongs_to_one_thread_at_a_time) {
    const Owned ring(ThreadRing::create(4096));
    EXPECT_FALSE(ring->try_own());
    put(*ring, "first");
    ring->release();
    EXPECT_TRUE(ring->try_own());
    EXPECT_FALSE(ring->try_own());
    put(*ring, "second");
    EXPECT_EQ(ring->spans().front(), "first");
    ring->spans().pop();
    EXPECT_EQ(ring->spans().front(), "second");
    ring->close();
    ring->release();
}

TEST(ThreadRing, is_never_owned_again_once_closed) {
    const Owned owned(ThreadRing::create(4096));
    owned->close();
    EXPECT_TRUE(put(*owned, "the owner may still write"));
    EXPECT_FALSE(owned->try_own());
    owned->release();
    EXPECT_FALSE(owned->try_own());
    const Owned released(ThreadRing::create(4096));
    released->release();
    released->close();
    EXPECT_FALSE(released->try_own());
}

TEST(ThreadRing, is_empty_and_free_after_a_fork) {
    const Owned ring(ThreadRing::create(4096));
    put(*ring, "inherited");
    ring->count_finished();
    ring->count_full();
    ring->reset_after_fork();
    EXPECT_EQ(ring->spans().front().data(), nullptr);
    EXPECT_EQ(ring->finished(), 0U);
    EXPECT_EQ(ring->full(), 0U);
    EXPECT_TRUE(ring->try_own());
    ring->close();
    ring->reset_after_fork();
    EXPECT_FALSE(ring->try_own());
    ring->release();
}

TEST(ThreadRing, says_once_that_it_is_half_full_until_the_reader_moves) {
    const Owned ring(ThreadRing::create(4096));
    const std::string record(504, 'x');  // 512 bytes with its frame
    for (int i = 0; i < 4; ++i) {
        put(*ring, record);
        EXPECT_FALSE(ring->is_newly_half_full(2048));
    }
    put(*ring, record);
    EXPECT_TRUE(ring->is_newly_half_full(2048));
    put(*ring, record);
    EXPECT_FALSE(ring->is_newly_half_full(2048));
    ring->spans().front();
    ring->spans().pop();
    EXPECT_TRUE(ring->is_newly_half_full(2048));  // the reader came, and was not fast enough
    ring->close();
    ring->release();
}

TEST(ThreadRing, is_not_made_without_memory) {
    EXPECT_EQ(ThreadRing::create(std::size_t{1} << 60), nullptr);
}

TEST(IdGenerator, draws_no_zero_and_nothing_twice) {
    IdGenerator first;
    IdGenerator second;
    const std::uint32_t generation = fork_generation();
    std::set<std::uint64_t> ids;
    for (int i = 0; i < 10'000; ++i) {
        ids.insert(first.next(generation));
        ids.insert(second.next(generation));
    }
    EXPECT_EQ(ids.size(), 20'000U);
    EXPECT_FALSE(ids.contains(0));
}

TEST(IdGenerator, begins_elsewhere_in_another_generation) {
    IdGenerator parent;
    parent.next(1);
    IdGenerator child = parent;
    EXPECT_NE(parent.next(1), child.next(2));
}

TEST(IdGenerator, spreads_over_all_bits) {
    IdGenerator ids;
    int set[64] = {};
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t id = ids.next(1);
        for (int bit = 0; bit < 64; ++bit) set[bit] += static_cast<int>(id >> bit & 1);
    }
    for (const int count : set) EXPECT_NEAR(count, 5000, 300);  // six standard deviations
}

}  // namespace clew::tracer::internal
