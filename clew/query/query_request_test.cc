// SPDX-License-Identifier: Apache-2.0
// Goal: every validation text of Zipkin's query API and the grammar of annotationQuery.
// Method: parameter lists in, queries or sentences out.
#include "clew/query/query_request.h"

#include <gtest/gtest.h>

namespace clew::query {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Terms = std::vector<trace::AnnotationTerm>;

constexpr milliseconds kNow{1'700'000'000'000};

Expected<trace::TraceQuery> query(
    const std::vector<Parameter>& parameters, QueryLimits limits = {}
) {
    return parse_trace_query(parameters, limits, kNow);
}

std::string refusal(const std::vector<Parameter>& parameters) {
    const auto result = query(parameters);
    if (result) return "accepted";
    EXPECT_EQ(result.error().code, Code::invalid_argument);
    return result.error().message;
}

Terms terms(std::string_view text) { return parse_annotation_query(text, {}); }

TEST(QueryRequest, fills_in_the_defaults) {
    const auto result = query({});
    ASSERT_TRUE(result.has_value());
    trace::TraceQuery expected;
    expected.end_ts = kNow;
    expected.lookback = milliseconds(86'400'000);
    expected.limit = 10;
    EXPECT_EQ(*result, expected);
}

TEST(QueryRequest, reads_every_parameter) {
    const auto result = query(
        {{"serviceName", "frontend"},
         {"remoteServiceName", "backend"},
         {"spanName", "get"},
         {"annotationQuery", "error and http.path=/a"},
         {"minDuration", "100"},
         {"maxDuration", "200"},
         {"endTs", "5000"},
         {"lookback", "1000"},
         {"limit", "3"}}
    );
    ASSERT_TRUE(result.has_value());
    trace::TraceQuery expected;
    expected.service_name = "frontend";
    expected.remote_service_name = "backend";
    expected.span_name = "get";
    expected.annotation_terms = {{"error", ""}, {"http.path", "/a"}};
    expected.min_duration = microseconds(100);
    expected.max_duration = microseconds(200);
    expected.end_ts = milliseconds(5000);
    expected.lookback = milliseconds(1000);
    expected.limit = 3;
    EXPECT_EQ(*result, expected);
}

TEST(QueryRequest, folds_names_to_lower_case) {
    const auto result = query(
        {{"serviceName", "FrontEnd"},
         {"remoteServiceName", "BackEnd"},
         {"spanName", "GET \xC3\x84"}}
    );
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->service_name, "frontend");
    EXPECT_EQ(result->remote_service_name, "backend");
    EXPECT_EQ(result->span_name, "get \xC3\xA4");
}

TEST(QueryRequest, takes_empty_names_as_absent) {
    const auto result = query({{"serviceName", ""}, {"remoteServiceName", ""}, {"spanName", ""}});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->service_name, "");
    EXPECT_EQ(result->remote_service_name, "");
    EXPECT_EQ(result->span_name, "");
}

TEST(QueryRequest, takes_empty_numbers_as_absent) {
    const auto result =
        query({{"endTs", ""}, {"lookback", ""}, {"minDuration", ""}, {"maxDuration", ""}});
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(*result, *query({}));
    EXPECT_EQ(refusal({{"limit", ""}}), "limit is not a whole number: ");
    const std::vector<Parameter> window{{"endTs", "5000"}, {"lookback", ""}};
    EXPECT_EQ(parse_graph_window(window, {})->lookback, QueryLimits{}.lookback_default);
    const std::vector<Parameter> no_end{{"endTs", ""}};
    EXPECT_EQ(parse_graph_window(no_end, {}).error().message, "endTs is not a whole number: ");
}

// The page of Zipkin sends them for a condition without a value, and then finds nothing there.
TEST(QueryRequest, ignores_blank_annotation_terms) {
    EXPECT_EQ(terms("error and "), (Terms{{"error", ""}}));
    EXPECT_EQ(terms(" and error"), (Terms{{"error", ""}}));
    EXPECT_EQ(terms("error and  and a=b"), (Terms{{"error", ""}, {"a", "b"}}));
    EXPECT_EQ(terms(" "), Terms{});
    EXPECT_EQ(terms("="), Terms{});
}

TEST(QueryRequest, takes_the_span_name_all_as_absent_but_not_the_service_name_all) {
    const auto result = query({{"serviceName", "all"}, {"spanName", "all"}});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->service_name, "all");
    EXPECT_EQ(result->span_name, "");
}

TEST(QueryRequest, takes_the_first_of_a_repeated_parameter) {
    const auto result = query({{"limit", "3"}, {"limit", "4"}});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->limit, 3U);
}

TEST(QueryRequest, refuses_an_end_that_is_not_above_zero) {
    EXPECT_EQ(refusal({{"endTs", "0"}}), "endTs <= 0");
    EXPECT_EQ(refusal({{"endTs", "-1"}}), "endTs <= 0");
}

TEST(QueryRequest, refuses_a_limit_that_is_not_above_zero) {
    EXPECT_EQ(refusal({{"limit", "0"}}), "limit <= 0");
    EXPECT_EQ(refusal({{"limit", "-5"}}), "limit <= 0");
}

TEST(QueryRequest, refuses_a_limit_beyond_32_bits) {
    EXPECT_EQ(refusal({{"limit", "2147483648"}}), "limit > 2147483647");
}

TEST(QueryRequest, refuses_a_lookback_that_is_not_above_zero) {
    EXPECT_EQ(refusal({{"lookback", "0"}}), "lookback <= 0");
}

TEST(QueryRequest, refuses_a_min_duration_that_is_not_above_zero) {
    EXPECT_EQ(refusal({{"minDuration", "0"}}), "minDuration <= 0");
}

TEST(QueryRequest, refuses_a_max_duration_below_the_min_duration) {
    EXPECT_EQ(refusal({{"minDuration", "5"}, {"maxDuration", "4"}}), "maxDuration < minDuration");
    EXPECT_TRUE(query({{"minDuration", "5"}, {"maxDuration", "5"}}).has_value());
}

TEST(QueryRequest, refuses_a_max_duration_alone) {
    EXPECT_EQ(refusal({{"maxDuration", "4"}}), "maxDuration is only valid with minDuration");
}

TEST(QueryRequest, names_the_first_bound_that_is_broken) {
    EXPECT_EQ(refusal({{"lookback", "0"}, {"limit", "0"}, {"endTs", "0"}}), "endTs <= 0");
    EXPECT_EQ(refusal({{"lookback", "0"}, {"limit", "0"}}), "limit <= 0");
    EXPECT_EQ(refusal({{"minDuration", "0"}, {"lookback", "0"}}), "lookback <= 0");
}

TEST(QueryRequest, refuses_text_where_a_number_belongs) {
    EXPECT_EQ(refusal({{"endTs", "now"}}), "endTs is not a whole number: now");
    EXPECT_EQ(refusal({{"limit", ""}}), "limit is not a whole number: ");
    EXPECT_EQ(refusal({{"lookback", "1.5"}}), "lookback is not a whole number: 1.5");
    EXPECT_EQ(refusal({{"minDuration", "5ms"}}), "minDuration is not a whole number: 5ms");
    EXPECT_EQ(refusal({{"maxDuration", "+-5"}}), "maxDuration is not a whole number: +-5");
    EXPECT_EQ(
        refusal({{"endTs", "9223372036854775808"}}),
        "endTs is not a whole number: 9223372036854775808"
    );
}

TEST(QueryRequest, reads_the_largest_numbers) {
    const auto result =
        query({{"endTs", "9223372036854775807"}, {"lookback", "+9223372036854775807"}});
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->end_ts.count(), 9223372036854775807);
    EXPECT_EQ(result->lookback.count(), 9223372036854775807);
}

TEST(QueryRequest, cuts_wishes_to_the_configured_caps) {
    QueryLimits limits;
    limits.traces_max = 50;
    limits.lookback_max = milliseconds(1000);
    const auto large = query({{"limit", "51"}, {"lookback", "1001"}}, limits);
    ASSERT_TRUE(large.has_value());
    EXPECT_EQ(large->limit, 50U);
    EXPECT_EQ(large->lookback, milliseconds(1000));
    const auto small = query({{"limit", "49"}, {"lookback", "999"}}, limits);
    ASSERT_TRUE(small.has_value());
    EXPECT_EQ(small->limit, 49U);
    EXPECT_EQ(small->lookback, milliseconds(999));
}

TEST(AnnotationQuery, reads_golden_vector_v7) {
    EXPECT_EQ(
        terms("http.path=/a=b and error and error=x and  foo "),
        (Terms{{"http.path", "/a=b"}, {"error", "x"}, {"foo", ""}})
    );
    EXPECT_EQ(terms("error=x and error"), (Terms{{"error", "x"}}));
}

TEST(AnnotationQuery, keeps_the_last_value_of_a_key) {
    EXPECT_EQ(terms("a=1 and b=2 and a=3"), (Terms{{"a", "3"}, {"b", "2"}}));
    EXPECT_EQ(terms("a=1 and a="), (Terms{{"a", ""}}));
}

TEST(AnnotationQuery, needs_single_blanks_around_and) {
    EXPECT_EQ(terms("a  and  b"), (Terms{{"a", ""}, {"b", ""}}));
    EXPECT_EQ(terms("a and\tb"), (Terms{{"a and\tb", ""}}));
    EXPECT_EQ(terms("rock and roll=yes"), (Terms{{"rock", ""}, {"roll", "yes"}}));
    EXPECT_EQ(terms("sand and land"), (Terms{{"sand", ""}, {"land", ""}}));
    EXPECT_EQ(terms("a AND b"), (Terms{{"a AND b", ""}}));
}

TEST(AnnotationQuery, leaves_out_empty_keys) {
    EXPECT_EQ(terms(""), Terms{});
    EXPECT_EQ(terms("  "), Terms{});
    EXPECT_EQ(terms("=x and a"), (Terms{{"a", ""}}));
}

TEST(AnnotationQuery, takes_an_empty_value_as_a_bare_key) {
    EXPECT_EQ(terms("error="), (Terms{{"error", ""}}));
}

TEST(AnnotationQuery, is_case_sensitive) { EXPECT_EQ(terms("Error=X"), (Terms{{"Error", "X"}})); }

TEST(AnnotationQuery, leaves_everything_beyond_the_last_term_in_it) {
    std::string text = "k0";
    for (int i = 1; i < 102; ++i) text += " and k" + std::to_string(i);
    const Terms result = terms(text);
    ASSERT_EQ(result.size(), 100U);
    EXPECT_EQ(result[98].key, "k98");
    EXPECT_EQ(result[99].key, "k99 and k100 and k101");
}

std::string ids_refusal(std::string list) {
    const std::vector<Parameter> parameters{{"traceIds", std::move(list)}};
    const auto result = parse_trace_ids(parameters, {});
    return result ? "accepted" : result.error().message;
}

TEST(TraceIds, reads_a_list_in_its_order) {
    const std::vector<Parameter> parameters{{"traceIds", "b,a,10000000000000001"}};
    const auto ids = parse_trace_ids(parameters, {});
    ASSERT_TRUE(ids.has_value());
    EXPECT_EQ(*ids, (std::vector<model::TraceId>{{0, 0xb}, {0, 0xa}, {1, 1}}));
}

TEST(TraceIds, refuses_what_is_no_list_of_ids) {
    EXPECT_EQ(ids_refusal(""), "traceIds parameter is empty");
    EXPECT_EQ(ids_refusal("a,"), "traceId is empty");
    EXPECT_EQ(ids_refusal("a, b"), " b should be lower-hex encoded with no prefix");
    EXPECT_EQ(ids_refusal("a,B"), "B should be lower-hex encoded with no prefix");
    EXPECT_EQ(ids_refusal("a,0000000000000000"), "traceId is all zeros");
    EXPECT_EQ(parse_trace_ids({}, {}).error().message, "mandatory parameter is missing: traceIds");
}

TEST(TraceIds, refuses_an_id_that_comes_twice_in_any_form) {
    EXPECT_EQ(ids_refusal("a,b,a"), "redundant traceId: a");
    EXPECT_EQ(ids_refusal("a,0000a"), "redundant traceId: 0000a");
}

TEST(TraceIds, sends_a_single_id_to_the_other_endpoint) {
    EXPECT_EQ(ids_refusal("a"), "Use /api/v2/trace/{traceId} endpoint to retrieve a single trace");
}

TEST(TraceIds, takes_a_thousand_and_no_more) {
    std::string list = "1";
    for (int i = 2; i <= 1000; ++i) list += "," + std::to_string(i);
    EXPECT_EQ(ids_refusal(list), "accepted");
    EXPECT_EQ(ids_refusal(list + ",1001"), "1000,1001 should be lower-hex encoded with no prefix");
}

TEST(TracePath, trims_and_normalises) {
    EXPECT_EQ(*parse_trace_path("  abc\n"), (model::TraceId{0, 0xabc}));
    EXPECT_EQ(*parse_trace_path("00000000000000000000000000000abc"), (model::TraceId{0, 0xabc}));
    EXPECT_EQ(
        parse_trace_path("ABC").error().message, "ABC should be lower-hex encoded with no prefix"
    );
    EXPECT_EQ(parse_trace_path(" ").error().message, "traceId is empty");
}

TEST(GraphWindow, reads_its_bounds) {
    const std::vector<Parameter> both{{"endTs", "5"}, {"lookback", "3"}};
    EXPECT_EQ(*parse_graph_window(both, {}), (GraphWindow{milliseconds(5), milliseconds(3)}));
    const std::vector<Parameter> end{{"endTs", "5"}};
    EXPECT_EQ(
        *parse_graph_window(end, {}), (GraphWindow{milliseconds(5), milliseconds(86'400'000)})
    );
}

TEST(GraphWindow, refuses_bounds_that_are_not_above_zero) {
    const auto message = [](const std::vector<Parameter>& parameters) {
        return parse_graph_window(parameters, {}).error().message;
    };
    EXPECT_EQ(message({}), "mandatory parameter is missing: endTs");
    EXPECT_EQ(message({{"endTs", "0"}}), "endTs <= 0");
    EXPECT_EQ(message({{"endTs", "1"}, {"lookback", "0"}}), "lookback <= 0");
    EXPECT_EQ(message({{"endTs", "x"}}), "endTs is not a whole number: x");
}

TEST(ServiceNameParameter, is_required_and_folded) {
    const std::vector<Parameter> upper{{"serviceName", "FrontEnd"}};
    EXPECT_EQ(*parse_service_name(upper), "frontend");
    EXPECT_EQ(
        parse_service_name({}).error().message, "mandatory parameter is missing: serviceName"
    );
}

TEST(AutocompleteKeyParameter, is_required_and_not_empty) {
    const std::vector<Parameter> key{{"key", "Env"}};
    const std::vector<Parameter> empty{{"key", ""}};
    EXPECT_EQ(*parse_autocomplete_key(key), "Env");
    EXPECT_EQ(parse_autocomplete_key(empty).error().message, "key was empty");
    EXPECT_EQ(parse_autocomplete_key({}).error().message, "mandatory parameter is missing: key");
}

}  // namespace

}  // namespace clew::query
