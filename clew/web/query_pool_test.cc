// SPDX-License-Identifier: Apache-2.0
// Goal: queries run beside each other, wait in bounded queues, never hold up a lookup, and end when
// nobody waits for them. Method: work that blocks until the test lets it go.
#include "clew/web/query_pool.h"

#include <atomic>
#include <future>
#include <memory>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"

namespace clew::web {
namespace {

using clew::testing::becomes_true;

constexpr std::chrono::seconds kPatience{20};

class QueryPoolTest : public ::testing::Test {
protected:
    void start(const QueryPoolOptions& options) {
        pool_ = std::make_unique<QueryPool>(options);
        ASSERT_TRUE(pool_->start().has_value());
    }

    bool submit(QueryLane lane, QueryPool::Work work) {
        return pool_->submit(lane, pool_->make_context(), std::move(work));
    }

    // Holds a thread of the lane until let go, or until its query is given up.
    struct Blocker {
        std::promise<void> begun;
        std::atomic<bool> is_released{false};
        std::promise<Code> ended;  // Code::internal when it was released

        void operator()(const Expected<void>&, const QueryContext& context) {
            begun.set_value();
            while (!is_released && context.check()) std::this_thread::yield();
            const Expected<void> verdict = context.check();
            ended.set_value(verdict ? Code::internal : verdict.error().code);
        }
    };

    std::shared_ptr<Blocker> block(QueryLane lane, QueryPool::Context context = nullptr) {
        auto blocker = std::make_shared<Blocker>();
        if (!context) context = pool_->make_context();
        EXPECT_TRUE(pool_->submit(
            lane,
            std::move(context),
            [blocker](const Expected<void>& may_begin, const QueryContext& its_context) {
                (*blocker)(may_begin, its_context);
            }
        ));
        EXPECT_EQ(blocker->begun.get_future().wait_for(kPatience), std::future_status::ready);
        return blocker;
    }

    std::unique_ptr<QueryPool> pool_;
};

TEST_F(QueryPoolTest, runs_work_on_other_threads) {
    start({.threads = 2});
    std::promise<std::thread::id> ran;
    ASSERT_TRUE(submit(QueryLane::scan, [&](const Expected<void>& may_begin, const QueryContext&) {
        EXPECT_TRUE(may_begin.has_value());
        ran.set_value(std::this_thread::get_id());
    }));
    EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST_F(QueryPoolTest, answers_a_lookup_while_every_other_thread_scans) {
    start({.threads = 1});
    const auto scan = block(QueryLane::scan);
    ASSERT_TRUE(submit(QueryLane::scan, [](const Expected<void>&, const QueryContext&) {}));
    std::promise<void> looked_up;
    ASSERT_TRUE(submit(QueryLane::lookup, [&](const Expected<void>&, const QueryContext&) {
        looked_up.set_value();
    }));
    EXPECT_EQ(looked_up.get_future().wait_for(kPatience), std::future_status::ready);
    scan->is_released = true;
}

TEST_F(QueryPoolTest, refuses_more_than_may_wait_in_a_lane) {
    start({.threads = 1, .waiting_max = 2});
    const auto scan = block(QueryLane::scan);
    std::atomic<int> ran = 0;
    const auto count = [&](const Expected<void>&, const QueryContext&) { ++ran; };
    EXPECT_TRUE(submit(QueryLane::scan, count));
    EXPECT_TRUE(submit(QueryLane::scan, count));
    EXPECT_FALSE(submit(QueryLane::scan, count));
    EXPECT_EQ(pool_->refused().value(), 1u);
    EXPECT_TRUE(submit(QueryLane::lookup, count));
    scan->is_released = true;
    EXPECT_TRUE(becomes_true([&] { return ran == 3; }));
}

TEST_F(QueryPoolTest, tells_work_whose_time_is_over_before_it_begins) {
    start({.threads = 1, .time_ms_max = std::chrono::milliseconds(0)});
    std::promise<Error> told;
    ASSERT_TRUE(submit(QueryLane::scan, [&](const Expected<void>& may_begin, const QueryContext&) {
        told.set_value(may_begin.error());
    }));
    EXPECT_EQ(
        told.get_future().get(),
        (Error{Code::timed_out, "the query took longer than query-timeout, 0 ms"})
    );
    EXPECT_EQ(pool_->refused().value(), 1u);
}

TEST_F(QueryPoolTest, ends_work_that_takes_too_long) {
    start({.threads = 1, .time_ms_max = std::chrono::milliseconds(200)});
    EXPECT_EQ(block(QueryLane::scan)->ended.get_future().get(), Code::timed_out);
}

TEST_F(QueryPoolTest, ends_running_work_whose_client_has_disconnected) {
    start({.threads = 1, .time_ms_max = std::chrono::hours(1)});
    const QueryPool::Context context = pool_->make_context();
    const auto scan = block(QueryLane::scan, context);
    pool_->cancel(context);
    EXPECT_EQ(scan->ended.get_future().get(), Code::cancelled);
    EXPECT_EQ(pool_->cancelled().value(), 1u);
}

TEST_F(QueryPoolTest, gives_the_place_of_waiting_work_to_others_when_its_client_has_disconnected) {
    start({.threads = 1, .waiting_max = 1});
    const auto scan = block(QueryLane::scan);
    const QueryPool::Context context = pool_->make_context();
    auto kept = std::make_shared<int>(0);
    const auto count = [kept](const Expected<void>&, const QueryContext&) { ++*kept; };
    ASSERT_TRUE(pool_->submit(QueryLane::scan, context, count));
    EXPECT_FALSE(submit(QueryLane::scan, count));
    pool_->cancel(context);
    EXPECT_TRUE(submit(QueryLane::scan, count));
    scan->is_released = true;
    EXPECT_TRUE(becomes_true([&] { return kept.use_count() == 2; }));
    EXPECT_EQ(*kept, 1);
}

TEST_F(QueryPoolTest, ends_what_runs_and_refuses_what_waits_when_it_stops) {
    start({.threads = 1, .time_ms_max = std::chrono::hours(1)});
    const auto scan = block(QueryLane::scan);
    Expected<void> told;
    ASSERT_TRUE(submit(QueryLane::scan, [&](const Expected<void>& may_begin, const QueryContext&) {
        told = may_begin;
    }));
    pool_->stop();
    EXPECT_EQ(told.error(), (Error{Code::unavailable, "the server is shutting down"}));
    EXPECT_EQ(scan->ended.get_future().get(), Code::unavailable);
    EXPECT_FALSE(submit(QueryLane::lookup, [](const Expected<void>&, const QueryContext&) {}));
}

TEST_F(QueryPoolTest, drops_what_waits_when_it_ends) {
    auto kept = std::make_shared<int>(1);
    start({.threads = 1});
    const auto scan = block(QueryLane::scan);
    ASSERT_TRUE(submit(QueryLane::scan, [kept](const Expected<void>&, const QueryContext&) {}));
    pool_.reset();
    EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace clew::web
