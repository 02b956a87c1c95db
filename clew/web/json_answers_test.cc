// SPDX-License-Identifier: Apache-2.0
// Goal: answers are Zipkin's JSON. Method: compare the text.
#include "clew/web/json_answers.h"

#include <gtest/gtest.h>

#include "clew/model/testing/sample_spans.h"
#include "clew/web/api_error.h"

namespace clew::web {
namespace {

TEST(JsonAnswers, writes_names_as_a_list) {
    EXPECT_EQ(names_json({}), "[]");
    EXPECT_EQ(names_json({"a", "b\"c"}), R"(["a","b\"c"])");
}

TEST(JsonAnswers, writes_links_and_their_errors_only_where_there_are_any) {
    EXPECT_EQ(links_json({}), "[]");
    EXPECT_EQ(
        links_json({{"a", "b", 2, 0}, {"b", "c", 18446744073709551615u, 1}}),
        R"([{"parent":"a","child":"b","callCount":2},)"
        R"({"parent":"b","child":"c","callCount":18446744073709551615,"errorCount":1}])"
    );
}

TEST(JsonAnswers, leaves_out_traces_without_spans) {
    const model::SpanBatch batch =
        model::testing::server_span({0, 1}, model::testing::kSampleTimeUs);
    const storage::StoredTrace trace{{batch[0]}, {}};
    const QueryContext& context = QueryContext::unlimited();
    const std::string one = trace_json(trace, context).value();
    EXPECT_EQ(traces_json({{}, trace, {}, trace}, context).value(), "[" + one + "," + one + "]");
    EXPECT_EQ(traces_json({}, context).value(), "[]");
    EXPECT_EQ(trace_json({}, context).value(), "[]");
}

TEST(JsonAnswers, writes_a_trace_of_any_size_as_one_list) {
    const model::SpanBatch batch =
        model::testing::server_span({0, 1}, model::testing::kSampleTimeUs);
    storage::StoredTrace one{{batch[0]}, {}};
    const std::string span_list = trace_json(one, QueryContext::unlimited()).value();
    const std::string span = span_list.substr(1, span_list.size() - 2);
    for (const std::size_t size : {4095U, 4096U, 4097U, 8192U, 10'000U}) {
        const storage::StoredTrace trace{std::vector<model::Span>(size, batch[0]), {}};
        std::string expected = "[" + span;
        for (std::size_t i = 1; i < size; ++i) expected += "," + span;
        EXPECT_EQ(trace_json(trace, QueryContext::unlimited()).value(), expected + "]") << size;
    }
}

TEST(JsonAnswers, gives_up_when_nobody_waits_for_them) {
    const model::SpanBatch batch =
        model::testing::server_span({0, 1}, model::testing::kSampleTimeUs);
    const storage::StoredTrace trace{{batch[0]}, {}};
    QueryContext context;
    context.cancel(QueryContext::Cancellation::disconnected);
    EXPECT_EQ(trace_json(trace, context).error().code, Code::cancelled);
    EXPECT_EQ(traces_json({trace}, context).error().code, Code::cancelled);
}

TEST(JsonAnswers, turns_errors_into_their_status_and_words) {
    const std::vector<std::pair<Code, int>> rows = {
        {Code::invalid_argument, 400},
        {Code::not_found, 404},
        {Code::overloaded, 503},
        {Code::unavailable, 503},
        {Code::timed_out, 503},
        {Code::cancelled, 503},
        {Code::io, 500},
        {Code::internal, 500}};
    for (const auto& [code, status] : rows) {
        const transport::HttpResponse response = error_response({code, "words"});
        EXPECT_EQ(response.status, status);
        EXPECT_EQ(response.body, "words");
        EXPECT_EQ(response.header_lines.find("Retry-After") != std::string::npos, status == 503);
    }
}

}  // namespace
}  // namespace clew::web
