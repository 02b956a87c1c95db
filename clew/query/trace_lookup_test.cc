// SPDX-License-Identifier: Apache-2.0
// Goal: traces by id, with the API's words for ids that are wrong, unknown or too few.
// Method: a store that holds two traces and can be told to fail.
#include "clew/query/trace_lookup.h"

#include <memory>
#include <optional>

#include <gtest/gtest.h>

#include "clew/model/testing/sample_spans.h"

namespace clew::query {

namespace {

constexpr model::TraceId kKnown{0, 0xabc};

struct OneTraceStore final : storage::SpanStore {
    Expected<std::vector<storage::StoredTrace>>
    find_traces(const trace::TraceQuery&, const QueryContext&) const override {
        return Error{Code::internal, "not asked for"};
    }

    Expected<storage::StoredTrace> get_trace(const model::TraceId& id, const QueryContext&)
        const override {
        if (error) return *error;
        storage::StoredTrace trace;
        if (id != kKnown) return trace;
        trace.batches.push_back(
            std::make_shared<const model::SpanBatch>(model::testing::server_span(id, 1000))
        );
        trace.spans.push_back((*trace.batches[0])[0]);
        return trace;
    }

    Expected<std::vector<storage::StoredTrace>>
    get_traces(std::span<const model::TraceId> ids, const QueryContext&) const override {
        if (error) return *error;
        asked = std::vector<model::TraceId>(ids.begin(), ids.end());
        return std::vector<storage::StoredTrace>(1);
    }

    std::optional<Error> error;
    mutable std::vector<model::TraceId> asked;
};

TEST(TraceLookup, gets_a_trace_by_an_id_of_any_form) {
    const OneTraceStore store;
    const TraceLookup lookup(store, {});
    for (const char* id : {"abc", " 0000000000000abc ", "00000000000000000000000000000abc"}) {
        const auto trace = lookup.get_trace(id, QueryContext::unlimited());
        ASSERT_TRUE(trace.has_value()) << id;
        EXPECT_EQ(trace->spans.size(), 1U);
    }
}

TEST(TraceLookup, says_which_trace_is_not_there) {
    const OneTraceStore store;
    const TraceLookup lookup(store, {});
    EXPECT_EQ(
        lookup.get_trace("10000000000000abc", QueryContext::unlimited()).error(),
        (Error{Code::not_found, "00000000000000010000000000000abc not found"})
    );
}

TEST(TraceLookup, refuses_ids_that_cannot_be) {
    const OneTraceStore store;
    const TraceLookup lookup(store, {});
    EXPECT_EQ(
        lookup.get_trace("0000", QueryContext::unlimited()).error(),
        (Error{Code::invalid_argument, "traceId is all zeros"})
    );
}

TEST(TraceLookup, asks_for_many_in_their_order) {
    const OneTraceStore store;
    const TraceLookup lookup(store, {});
    const std::vector<Parameter> parameters{{"traceIds", "c,a,b"}};
    const auto traces = lookup.get_traces(parameters, QueryContext::unlimited());
    ASSERT_TRUE(traces.has_value());
    EXPECT_EQ(traces->size(), 1U);
    EXPECT_EQ(store.asked, (std::vector<model::TraceId>{{0, 0xc}, {0, 0xa}, {0, 0xb}}));
    EXPECT_EQ(
        lookup.get_traces({}, QueryContext::unlimited()).error().code, Code::invalid_argument
    );
}

TEST(TraceLookup, passes_the_error_of_the_store_on) {
    OneTraceStore store;
    store.error = Error{Code::io, "disk gone"};
    const TraceLookup lookup(store, {});
    EXPECT_EQ(lookup.get_trace("abc", QueryContext::unlimited()).error(), *store.error);
    const std::vector<Parameter> parameters{{"traceIds", "a,b"}};
    EXPECT_EQ(lookup.get_traces(parameters, QueryContext::unlimited()).error(), *store.error);
}

}  // namespace

}  // namespace clew::query
