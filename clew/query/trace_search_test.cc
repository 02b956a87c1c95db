// SPDX-License-Identifier: Apache-2.0
// Goal: a search reaches the store as it was meant, with now as its end; refusals do not reach it.
// Method: a store that remembers what it was asked.
#include "clew/query/trace_search.h"

#include <optional>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::query {

namespace {

struct AskedStore final : storage::SpanStore {
    Expected<std::vector<storage::StoredTrace>>
    find_traces(const trace::TraceQuery& query, const QueryContext&) const override {
        asked = query;
        return answer;
    }

    Expected<storage::StoredTrace> get_trace(const model::TraceId&, const QueryContext&)
        const override {
        return Error{Code::internal, "not asked for"};
    }

    Expected<std::vector<storage::StoredTrace>>
    get_traces(std::span<const model::TraceId>, const QueryContext&) const override {
        return Error{Code::internal, "not asked for"};
    }

    mutable std::optional<trace::TraceQuery> asked;
    Expected<std::vector<storage::StoredTrace>> answer = std::vector<storage::StoredTrace>(2);
};

TEST(TraceSearch, ends_now_when_the_request_names_no_end) {
    const AskedStore store;
    const testing::FakeClock clock(Microseconds(1'700'000'000'123'999));
    const TraceSearch search(store, clock, {});
    const std::vector<Parameter> parameters{{"serviceName", "Frontend"}};
    const auto traces = search.find_traces(parameters, QueryContext::unlimited());
    ASSERT_TRUE(traces.has_value());
    EXPECT_EQ(traces->size(), 2U);
    ASSERT_TRUE(store.asked.has_value());
    // Rounded up, so that a span of this very millisecond is inside.
    EXPECT_EQ(store.asked->end_ts.count(), 1'700'000'000'124);
    EXPECT_EQ(store.asked->service_name, "frontend");
}

TEST(TraceSearch, applies_the_limits_it_was_given) {
    const AskedStore store;
    const testing::FakeClock clock;
    QueryLimits limits;
    limits.traces_default = 7;
    limits.lookback_default = std::chrono::milliseconds(60'000);
    ASSERT_TRUE(
        TraceSearch(store, clock, limits).find_traces({}, QueryContext::unlimited()).has_value()
    );
    EXPECT_EQ(store.asked->limit, 7U);
    EXPECT_EQ(store.asked->lookback.count(), 60'000);
}

TEST(TraceSearch, does_not_bother_the_store_with_what_it_refuses) {
    const AskedStore store;
    const testing::FakeClock clock;
    const std::vector<Parameter> parameters{{"limit", "0"}};
    const auto traces =
        TraceSearch(store, clock, {}).find_traces(parameters, QueryContext::unlimited());
    ASSERT_FALSE(traces.has_value());
    EXPECT_EQ(traces.error(), (Error{Code::invalid_argument, "limit <= 0"}));
    EXPECT_FALSE(store.asked.has_value());
}

TEST(TraceSearch, passes_the_error_of_the_store_on) {
    AskedStore store;
    store.answer = Error{Code::timed_out, "too late"};
    const testing::FakeClock clock;
    EXPECT_EQ(
        TraceSearch(store, clock, {}).find_traces({}, QueryContext::unlimited()).error(),
        (Error{Code::timed_out, "too late"})
    );
}

}  // namespace

}  // namespace clew::query
