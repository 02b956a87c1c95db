// SPDX-License-Identifier: Apache-2.0
// Goal: a query that nobody waits for any more stops, and says why. Method: each reason alone, and
// the first of two.
#include "clew/base/query_context.h"

#include <gtest/gtest.h>

namespace clew {
namespace {

using Cancellation = QueryContext::Cancellation;
using std::chrono::steady_clock;

TEST(QueryContext, lets_a_query_go_on_until_somebody_cancels_it) {
    QueryContext context;
    EXPECT_TRUE(context.check().has_value());
    context.cancel(Cancellation::disconnected);
    EXPECT_EQ(context.check().error(), (Error{Code::cancelled, "the client disconnected"}));
}

TEST(QueryContext, keeps_the_first_reason) {
    QueryContext context(steady_clock::now(), "too late");
    EXPECT_EQ(context.check().error(), (Error{Code::timed_out, "too late"}));
    context.cancel(Cancellation::shutting_down);
    context.cancel(Cancellation::disconnected);
    EXPECT_EQ(context.check().error(), (Error{Code::unavailable, "the server is shutting down"}));
}

TEST(QueryContext, has_time_before_its_deadline) {
    const QueryContext context(steady_clock::now() + std::chrono::hours(1), "too late");
    EXPECT_TRUE(context.check().has_value());
}

TEST(QueryMeter, looks_at_once_and_then_once_in_so_many_rows) {
    QueryContext context;
    QueryMeter meter(context);
    context.cancel(Cancellation::disconnected);
    for (std::size_t row = 1; row < QueryMeter::kRowsPerCheck; ++row) {
        ASSERT_TRUE(meter.may_go_on(1)) << row;
    }
    EXPECT_FALSE(meter.may_go_on(1));
    EXPECT_FALSE(meter.may_go_on(0));
    EXPECT_EQ(meter.verdict().error().code, Code::cancelled);
    EXPECT_FALSE(QueryMeter(context).may_go_on(1));
}

TEST(QueryMeter, counts_rows_however_they_come) {
    QueryContext context;
    QueryMeter meter(context);
    context.cancel(Cancellation::disconnected);
    EXPECT_FALSE(meter.may_go_on(QueryMeter::kRowsPerCheck));
}

}  // namespace
}  // namespace clew
