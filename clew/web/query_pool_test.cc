// SPDX-License-Identifier: Apache-2.0
// Goal: questions run beside each other, wait in a bounded queue, and are told when they waited too
// long. Method: work that blocks until the test lets it go.
#include "clew/web/query_pool.h"

#include <atomic>
#include <future>
#include <memory>

#include <gtest/gtest.h>

namespace clew::web {
namespace {

constexpr std::chrono::seconds kPatience{20};

// Blocks a pool's only thread until let go.
struct Blocker {
    explicit Blocker(QueryPool& pool) {
        EXPECT_TRUE(pool.submit([this](bool) {
            begun.set_value();
            released.get_future().wait();
        }));
        EXPECT_EQ(begun.get_future().wait_for(kPatience), std::future_status::ready);
    }
    void let_go() { released.set_value(); }

    std::promise<void> begun;
    std::promise<void> released;
};

TEST(QueryPool, runs_work_on_other_threads) {
    QueryPool pool({.threads = 2});
    std::promise<std::thread::id> ran;
    ASSERT_TRUE(pool.submit([&](bool in_time) {
        EXPECT_TRUE(in_time);
        ran.set_value(std::this_thread::get_id());
    }));
    EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(QueryPool, refuses_more_than_may_wait) {
    QueryPool pool({.threads = 1, .waiting_max = 2});
    Blocker blocker(pool);
    std::atomic<int> ran = 0;
    EXPECT_TRUE(pool.submit([&](bool) { ++ran; }));
    EXPECT_TRUE(pool.submit([&](bool) { ++ran; }));
    EXPECT_FALSE(pool.submit([&](bool) { ++ran; }));
    EXPECT_EQ(pool.refused().value(), 1u);
    blocker.let_go();
    std::promise<void> last;
    while (!pool.submit([&](bool) { last.set_value(); })) std::this_thread::yield();
    ASSERT_EQ(last.get_future().wait_for(kPatience), std::future_status::ready);
    EXPECT_EQ(ran, 2);
}

TEST(QueryPool, tells_work_that_has_waited_too_long) {
    QueryPool pool({.threads = 1, .wait_ms_max = std::chrono::milliseconds(0)});
    std::promise<bool> told;
    ASSERT_TRUE(pool.submit([&](bool in_time) { told.set_value(in_time); }));
    EXPECT_FALSE(told.get_future().get());
    EXPECT_EQ(pool.refused().value(), 1u);
}

TEST(QueryPool, drops_what_has_not_begun_when_it_ends) {
    auto kept = std::make_shared<int>(1);
    {
        auto pool = std::make_unique<QueryPool>(QueryPoolOptions{.threads = 1});
        Blocker blocker(*pool);
        ASSERT_TRUE(pool->submit([kept](bool) { ++*kept; }));
        std::thread ending([&] { pool.reset(); });
        blocker.let_go();
        ending.join();
    }
    EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace clew::web
