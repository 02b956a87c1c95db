// SPDX-License-Identifier: Apache-2.0
// Goal: a trace answers a search exactly when Zipkin's in-memory storage says so.
// Method: one trace as text, one condition at a time.
#include "clew/trace/trace_match.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "clew/model/span_builder.h"
#include "clew/model/testing/span_text.h"

namespace clew::trace {

namespace {

using model::testing::spans;
using std::chrono::microseconds;
using std::chrono::milliseconds;

std::vector<model::Span> all(const model::SpanBatch& batch) { return {batch.begin(), batch.end()}; }

bool matches(std::string_view text, const TraceQuery& query) {
    const model::SpanBatch batch = spans(text);
    return trace_matches(all(batch), query);
}

// Everything up to 10 ms after the epoch.
TraceQuery anything() {
    TraceQuery query;
    query.end_ts = milliseconds(10);
    query.lookback = milliseconds(10);
    return query;
}

TraceQuery window(std::int64_t end_ms, std::int64_t lookback_ms) {
    TraceQuery query;
    query.end_ts = milliseconds(end_ms);
    query.lookback = milliseconds(lookback_ms);
    return query;
}

TraceQuery terms(std::vector<AnnotationTerm> terms, std::string service = "") {
    TraceQuery query = anything();
    query.annotation_terms = std::move(terms);
    query.service_name = std::move(service);
    return query;
}

TraceQuery duration(std::int64_t min, std::int64_t max = 0) {
    TraceQuery query = anything();
    query.min_duration = microseconds(min);
    if (max > 0) query.max_duration = microseconds(max);
    return query;
}

const std::string_view kTwoServices =
    "trace=a id=1 at=1000 for=100 local=frontend remote=backend name=get tag:path=/a\n"
    "trace=a id=2 parent=1 at=2000 for=50 local=backend remote=db name=select note:2010=retry "
    "tag:error=\"\"\n";

TEST(TraceTimestamp, is_that_of_the_first_parentless_span_that_has_one) {
    const auto batch = spans(
        "trace=a id=2 parent=1 at=1000\n"
        "trace=a id=1\n"
        "trace=a id=3 at=3000\n"
        "trace=a id=4 at=2000\n"
    );
    EXPECT_EQ(trace_timestamp(all(batch)).us, 3000);
}

TEST(TraceTimestamp, is_the_earliest_when_no_parentless_span_has_one) {
    const auto batch =
        spans("trace=a id=1\ntrace=a id=2 parent=1 at=3000\ntrace=a id=3 parent=1 at=2000");
    EXPECT_EQ(trace_timestamp(all(batch)).us, 2000);
}

TEST(TraceTimestamp, is_absent_when_no_span_has_one) {
    const auto batch = spans("trace=a id=1\ntrace=a id=2 parent=1");
    EXPECT_TRUE(trace_timestamp(all(batch)).is_absent());
    EXPECT_TRUE(trace_timestamp({}).is_absent());
}

TEST(TraceMatch, includes_both_ends_of_the_window) {
    EXPECT_TRUE(matches("trace=a id=1 at=5000", window(5, 1)));
    EXPECT_TRUE(matches("trace=a id=1 at=5000", window(6, 1)));
    EXPECT_TRUE(matches("trace=a id=1 at=5999", window(6, 1)));
    EXPECT_FALSE(matches("trace=a id=1 at=5001", window(5, 1)));
    EXPECT_FALSE(matches("trace=a id=1 at=4999", window(6, 1)));
}

TEST(TraceMatch, needs_a_timestamp) { EXPECT_FALSE(matches("trace=a id=1", window(5, 5))); }

TEST(TraceMatch, survives_windows_beyond_what_microseconds_can_count) {
    const std::int64_t max = std::numeric_limits<std::int64_t>::max();
    EXPECT_TRUE(matches("trace=a id=1 at=5000", window(max, max)));
    EXPECT_TRUE(matches("trace=a id=1 at=9223372036854775807", window(max, 1)));
    EXPECT_FALSE(matches("trace=a id=1 at=9223372036854775806", window(max, 1)));
    EXPECT_TRUE(matches("trace=a id=1 at=1", window(1, max)));
}

TEST(TraceMatch, asks_only_for_the_begin_of_the_trace) {
    const std::string_view text = "trace=a id=1 at=5000\ntrace=a id=2 parent=1 at=9000";
    EXPECT_TRUE(matches(text, window(5, 1)));
    EXPECT_FALSE(matches(text, window(9, 1)));
}

TEST(TraceMatch, compares_local_service_names_only) {
    TraceQuery query = anything();
    query.service_name = "backend";
    EXPECT_TRUE(matches(kTwoServices, query));
    query.service_name = "db";
    EXPECT_FALSE(matches(kTwoServices, query));
}

TEST(TraceMatch, finds_names_on_any_span_when_no_service_is_asked) {
    TraceQuery query = anything();
    query.span_name = "select";
    query.remote_service_name = "backend";
    EXPECT_TRUE(matches(kTwoServices, query));
    query.span_name = "insert";
    EXPECT_FALSE(matches(kTwoServices, query));
}

TEST(TraceMatch, finds_names_only_on_spans_of_the_asked_service) {
    TraceQuery query = anything();
    query.service_name = "frontend";
    query.span_name = "select";
    EXPECT_FALSE(matches(kTwoServices, query));
    query.span_name = "get";
    EXPECT_TRUE(matches(kTwoServices, query));
    query.remote_service_name = "db";
    EXPECT_FALSE(matches(kTwoServices, query));
}

TEST(TraceMatch, lets_different_spans_of_the_service_meet_different_conditions) {
    TraceQuery query = duration(100);
    query.service_name = "frontend";
    query.span_name = "put";
    EXPECT_TRUE(matches(
        "trace=a id=1 at=1000 for=100 local=frontend name=get\n"
        "trace=a id=2 parent=1 at=1000 for=10 local=frontend name=put\n",
        query
    ));
    EXPECT_FALSE(matches(
        "trace=a id=1 at=1000 for=100 local=backend name=get\n"
        "trace=a id=2 parent=1 at=1000 for=10 local=frontend name=put\n",
        query
    ));
}

TEST(TraceMatch, finds_a_bare_key_as_tag_key_or_annotation_value) {
    EXPECT_TRUE(matches(kTwoServices, terms({{"error", ""}})));
    EXPECT_TRUE(matches(kTwoServices, terms({{"retry", ""}})));
    EXPECT_TRUE(matches(kTwoServices, terms({{"path", ""}})));
    EXPECT_FALSE(matches(kTwoServices, terms({{"/a", ""}})));
    EXPECT_FALSE(matches(kTwoServices, terms({{"Retry", ""}})));
}

TEST(TraceMatch, compares_a_value_with_tags_only) {
    EXPECT_TRUE(matches(kTwoServices, terms({{"path", "/a"}})));
    EXPECT_FALSE(matches(kTwoServices, terms({{"path", "/b"}})));
    EXPECT_FALSE(matches(kTwoServices, terms({{"retry", "retry"}})));
}

TEST(TraceMatch, needs_every_term) {
    EXPECT_TRUE(matches(kTwoServices, terms({{"path", "/a"}, {"retry", ""}, {"error", ""}})));
    EXPECT_FALSE(matches(kTwoServices, terms({{"path", "/a"}, {"absent", ""}})));
}

TEST(TraceMatch, finds_terms_only_on_spans_of_the_asked_service) {
    EXPECT_TRUE(matches(kTwoServices, terms({{"retry", ""}, {"error", ""}}, "backend")));
    EXPECT_FALSE(matches(kTwoServices, terms({{"retry", ""}}, "frontend")));
    EXPECT_FALSE(matches(kTwoServices, terms({{"path", "/a"}}, "backend")));
}

TEST(TraceMatch, compares_typed_tags_by_their_text) {
    model::SpanBuilder builder;
    model::SpanRow& row = builder.start_span();
    row.trace_id = {0, 1};
    row.id = {1};
    row.timestamp = {1000, 0};
    builder.add_tag("http.status_code", model::Value::of_int64(500));
    const model::SpanBatch batch = builder.finish();
    EXPECT_TRUE(trace_matches(all(batch), terms({{"http.status_code", "500"}})));
    EXPECT_FALSE(trace_matches(all(batch), terms({{"http.status_code", "50"}})));
}

TEST(TraceMatch, includes_both_bounds_of_a_duration) {
    EXPECT_TRUE(matches(kTwoServices, duration(100)));
    EXPECT_FALSE(matches(kTwoServices, duration(101)));
    EXPECT_TRUE(matches(kTwoServices, duration(100, 100)));
    EXPECT_TRUE(matches(kTwoServices, duration(50, 50)));
    EXPECT_FALSE(matches(kTwoServices, duration(51, 99)));
}

TEST(TraceMatch, takes_the_duration_of_any_eligible_span_not_of_the_root_or_the_trace) {
    TraceQuery query = duration(50, 50);
    query.service_name = "backend";
    EXPECT_TRUE(matches(kTwoServices, query));
    query.service_name = "frontend";
    EXPECT_FALSE(matches(kTwoServices, query));
    EXPECT_FALSE(matches(kTwoServices, duration(1050)));
}

}  // namespace

}  // namespace clew::trace
