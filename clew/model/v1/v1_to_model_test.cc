// SPDX-License-Identifier: Apache-2.0
// Goal: every rule of Zipkin's conversion from its first model to its second, one test each.
// Method: records written by hand, resulting spans compared as one line of text each.
#include "clew/model/v1/v1_to_model.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace clew::model {
namespace {

constexpr std::int64_t T = 1'700'000'000'000'000;

// Times are printed relative to T.
std::string describe(const Endpoint* endpoint) {
    if (endpoint == nullptr) return "?";
    std::string text(endpoint->service_name);
    if (endpoint->ipv4) append_ip(*endpoint->ipv4, text.append("@"));
    if (endpoint->port != 0) text += ":" + std::to_string(endpoint->port);
    return text;
}

std::string describe(const Span& span) {
    std::string text(kind_name(span.kind()));
    if (text.empty()) text = "-";
    text += " " + describe(span.local_endpoint());
    if (span.remote_endpoint() != nullptr) text += ">" + describe(span.remote_endpoint());
    if (span.timestamp().us != 0) text += " ts=" + std::to_string(span.timestamp().us - T);
    if (span.duration().us != 0) text += " dur=" + std::to_string(span.duration().us);
    if (span.shared()) text += " shared";
    for (const Annotation& annotation : span.annotations()) {
        text += " @" + std::to_string(annotation.time.us - T) + "=";
        text += annotation.value;
    }
    for (const Tag& tag : span.tags()) {
        text.append(" ").append(tag.key).append("=");
        tag.value.append_text(text);
    }
    return text;
}

// A record with ids, to which a test adds what it is about.
struct Record : V1Span {
    Record() {
        trace_id = {0, 1};
        id = {2};
        parent_id = {1};
    }

    Record& time(std::int64_t begin, std::int64_t length) {
        timestamp = begin;
        duration = length;
        return *this;
    }
    std::uint32_t service(std::string_view who, std::uint8_t ip = 0, std::uint16_t port = 0) {
        Endpoint endpoint;
        endpoint.service_name = who;
        if (ip != 0) endpoint.ipv4 = Ipv4Address{10, 0, 0, ip};
        endpoint.port = port;
        return add_endpoint(endpoint);
    }
    Record& at(std::int64_t offset, std::string_view value, std::string_view who) {
        annotations.push_back({T + offset, value, service(who)});
        return *this;
    }
    Record& tag(std::string_view key, std::string_view value, std::string_view who) {
        binary_annotations.push_back({V1BinaryAnnotation::Type::text, key, value, service(who)});
        return *this;
    }
    Record& address(std::string_view key, std::uint32_t endpoint) {
        binary_annotations.push_back({V1BinaryAnnotation::Type::address, key, {}, endpoint});
        return *this;
    }
};

std::vector<std::string> convert(Record& record) {
    SpanBuilder builder;
    V1ToModel to_model;
    EXPECT_TRUE(to_model.convert(record, builder));
    const SpanBatch batch = builder.finish();
    std::vector<std::string> lines;
    for (const Span span : batch) {
        EXPECT_EQ(span.trace_id(), record.trace_id);
        EXPECT_EQ(span.id(), record.id);
        EXPECT_EQ(span.parent_id(), record.parent_id);
        lines.push_back(describe(span));
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(V1ToModel, gives_a_bare_record_one_span_with_its_ids_name_and_debug_flag) {
    Record record;
    record.trace_id = {7, 1};
    record.name = "GET";
    record.debug = true;
    SpanBuilder builder;
    V1ToModel to_model;
    ASSERT_TRUE(to_model.convert(record, builder));
    const SpanBatch batch = builder.finish();
    ASSERT_EQ(batch.size(), 1U);
    EXPECT_EQ(batch[0].trace_id(), (TraceId{7, 1}));
    EXPECT_EQ(batch[0].name(), "get");
    EXPECT_TRUE(batch[0].debug());
    EXPECT_EQ(describe(batch[0]), "- ?");
}

TEST(V1ToModel, picks_the_first_span_for_what_names_no_endpoint) {
    Record record;
    record.at(1, "cs", "a").at(2, "noted", "").tag("key", "value", "");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=1 @2=noted key=value"}));
}

TEST(V1ToModel, lets_the_first_span_adopt_the_first_endpoint_met) {
    Record record;
    record.at(1, "early", "").at(2, "later", "a");
    EXPECT_EQ(convert(record), (Lines{"- a @1=early @2=later"}));
}

TEST(V1ToModel, picks_a_span_by_service_name_alone) {
    Record record;
    record.annotations.push_back({T + 1, "one", record.service("a", 1, 80)});
    record.annotations.push_back({T + 2, "two", record.service("A", 2, 81)});
    record.annotations.push_back({T + 3, "three", record.service("b", 1, 80)});
    EXPECT_EQ(
        convert(record), (Lines{"- a@10.0.0.1:80 @1=one @2=two", "- b@10.0.0.1:80 @3=three"})
    );
}

TEST(V1ToModel, takes_nameless_endpoints_for_one_service) {
    Record record;
    record.annotations.push_back({T + 1, "one", record.service("", 1)});
    record.annotations.push_back({T + 2, "two", record.service("", 2)});
    EXPECT_EQ(convert(record), (Lines{"- @10.0.0.1 @1=one @2=two"}));
}

TEST(V1ToModel, reads_annotations_in_order_of_time_and_value) {
    Record record;
    record.at(3, "c", "b").at(1, "b", "a").at(1, "a", "a");
    EXPECT_EQ(convert(record), (Lines{"- a @1=a @1=b", "- b @3=c"}));
}

TEST(V1ToModel, rule_1_takes_kinds_from_core_annotations) {
    for (const auto& [value, kind] : std::vector<std::pair<std::string, std::string>>{
             {"cs", "CLIENT"}, {"sr", "SERVER"}, {"ms", "PRODUCER"}, {"mr", "CONSUMER"}}) {
        Record record;
        record.at(1, value, "a").time(T, 0);
        EXPECT_EQ(convert(record)[0].substr(0, kind.size()), kind);
    }
}

TEST(V1ToModel, rule_1_keeps_a_core_annotation_without_an_endpoint) {
    Record record;
    record.at(1, "sr", "").at(2, "ss", "");
    EXPECT_EQ(convert(record), (Lines{"- ? @1=sr @2=ss"}));
}

TEST(V1ToModel, rule_1_gives_fragments_no_meaning) {
    Record record;
    record.at(1, "csf", "a").at(2, "ssf", "a").at(3, "xx", "a");
    EXPECT_EQ(convert(record), (Lines{"- a @1=csf @2=ssf @3=xx"}));
}

TEST(V1ToModel, rule_2_repairs_a_missing_client_begin) {
    Record record;
    record.time(T, 100).at(20, "sr", "b").at(60, "ss", "b").at(100, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER b ts=20 dur=40 shared", "CLIENT a ts=0 dur=100"}));
}

TEST(V1ToModel, rule_2_repairs_a_missing_server_begin) {
    Record record;
    record.time(T, 100).at(100, "ss", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a ts=0 dur=100"}));
}

TEST(V1ToModel, rule_2_repairs_nothing_when_the_end_is_elsewhere) {
    Record record;
    record.time(T, 100).at(99, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=0 dur=100 @99=cr"}));
}

TEST(V1ToModel, rule_3_splits_a_shared_call_golden_v3) {
    Record record;
    record.time(T, 100).at(0, "cs", "a").at(20, "sr", "b").at(60, "ss", "b").at(100, "cr", "a");
    record.address("sa", record.service("b", 2, 80));
    EXPECT_EQ(
        convert(record),
        (Lines{"CLIENT a>b@10.0.0.2:80 ts=0 dur=100", "SERVER b ts=20 dur=40 shared"})
    );
}

TEST(V1ToModel, rule_3_derives_the_clients_time_when_the_record_has_none_golden_v3) {
    Record record;
    record.at(0, "cs", "a").at(20, "sr", "b").at(60, "ss", "b").at(100, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=0 dur=100", "SERVER b ts=20 dur=40 shared"}));
}

TEST(V1ToModel, rule_3_forks_the_server_of_a_service_that_calls_itself_golden_v3) {
    Record record;
    record.time(T, 100).at(0, "cs", "a").at(20, "sr", "a").at(60, "ss", "a").at(100, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=0 dur=100", "SERVER a ts=20 dur=40 shared"}));
}

TEST(V1ToModel, rule_3_gives_one_way_calls_no_duration_golden_v4) {
    Record record;
    record.time(T, 0).at(0, "cs", "a").at(20, "sr", "b");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=0", "SERVER b ts=20 shared"}));
}

TEST(V1ToModel, rule_3_uses_the_records_time_only_when_it_has_both_halves) {
    Record record;
    record.time(T - 5, 0).at(0, "cs", "a").at(20, "sr", "b").at(100, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=0 dur=100", "SERVER b ts=20 shared"}));
}

TEST(V1ToModel, rule_4_times_a_client) {
    Record derived;
    derived.at(0, "cs", "a").at(100, "cr", "a");
    EXPECT_EQ(convert(derived), (Lines{"CLIENT a ts=0 dur=100"}));
    Record explicit_time;
    explicit_time.time(T + 1, 90).at(0, "cs", "a").at(100, "cr", "a");
    EXPECT_EQ(convert(explicit_time), (Lines{"CLIENT a ts=1 dur=90"}));
}

TEST(V1ToModel, rule_4_times_a_server) {
    Record record;
    record.time(T + 1, 90).at(0, "sr", "a").at(100, "ss", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a ts=1 dur=90"}));
}

TEST(V1ToModel, rule_4_drops_a_negative_duration) {
    Record record;
    record.at(100, "sr", "a").at(0, "ss", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a ts=100 shared"}));
}

TEST(V1ToModel, rule_5_keeps_the_end_of_an_incomplete_client) {
    Record record;
    record.at(100, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a @100=cr"}));
}

TEST(V1ToModel, rule_5_keeps_the_end_of_an_incomplete_server) {
    Record record;
    record.at(100, "ss", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a @100=ss"}));
}

TEST(V1ToModel, rule_5_keeps_it_in_every_span_of_that_kind) {
    Record record;
    record.at(1, "cr", "a").at(2, "cr", "b");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a @2=cr", "CLIENT b @2=cr"}));
}

TEST(V1ToModel, rule_5_gives_an_unfinished_client_its_begin) {
    Record record;
    record.at(1, "cs", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a ts=1"}));
}

TEST(V1ToModel, rule_5_gives_the_first_span_the_records_time) {
    Record record;
    record.time(T + 5, 10).at(1, "one", "a").at(2, "sr", "b");
    EXPECT_EQ(convert(record), (Lines{"- a ts=5 dur=10 @1=one", "SERVER b ts=2"}));
}

TEST(V1ToModel, rule_5_drops_negative_times) {
    Record record;
    record.time(-5, -10).at(1, "one", "a");
    EXPECT_EQ(convert(record), (Lines{"- a @1=one"}));
}

TEST(V1ToModel, rule_6_a_server_without_the_records_time_is_shared) {
    Record record;
    record.at(0, "sr", "app").at(12345, "ss", "app").tag("http.uri", "/v1", "app");
    EXPECT_EQ(convert(record), (Lines{"SERVER app ts=0 dur=12345 shared http.uri=/v1"}));
}

TEST(V1ToModel, rule_6_a_server_that_ended_without_the_records_duration_is_shared) {
    Record record;
    record.time(T, 0).at(0, "sr", "a").at(100, "ss", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a ts=0 dur=100 shared"}));
}

TEST(V1ToModel, rule_6_a_server_that_only_began_is_not_when_the_record_has_a_timestamp) {
    Record record;
    record.time(T, 0).at(0, "sr", "a");
    EXPECT_EQ(convert(record), (Lines{"SERVER a ts=0"}));
}

TEST(V1ToModel, rule_7_splits_a_shared_message) {
    Record record;
    record.at(0, "ms", "a").at(5, "ws", "a").at(20, "wr", "b").at(30, "mr", "b");
    EXPECT_EQ(convert(record), (Lines{"PRODUCER a ts=0 dur=5", "CONSUMER b ts=20 dur=10 shared"}));
}

TEST(V1ToModel, rule_7_splits_a_shared_message_that_has_no_wire_times) {
    Record record;
    record.at(0, "ms", "a").at(30, "mr", "b");
    EXPECT_EQ(convert(record), (Lines{"PRODUCER a ts=0", "CONSUMER b ts=30 shared"}));
}

TEST(V1ToModel, rule_7_forks_the_consumer_of_a_service_that_sends_to_itself) {
    Record record;
    record.at(0, "ms", "a").at(30, "mr", "a");
    EXPECT_EQ(convert(record), (Lines{"PRODUCER a ts=0", "CONSUMER a ts=30 shared"}));
}

TEST(V1ToModel, rule_7_times_a_producer) {
    Record finished;
    finished.at(0, "ms", "a").at(5, "ws", "a");
    EXPECT_EQ(convert(finished), (Lines{"PRODUCER a ts=0 dur=5"}));
    Record begun;
    begun.at(1, "ms", "a");
    EXPECT_EQ(convert(begun), (Lines{"PRODUCER a ts=1"}));
}

TEST(V1ToModel, rule_7_times_a_consumer) {
    Record with_wire;
    with_wire.at(0, "wr", "a").at(5, "mr", "a");
    EXPECT_EQ(convert(with_wire), (Lines{"CONSUMER a ts=0 dur=5"}));
    Record without;
    without.at(1, "mr", "a");
    EXPECT_EQ(convert(without), (Lines{"CONSUMER a ts=1"}));
}

TEST(V1ToModel, rule_7_keeps_wire_times_that_belong_to_no_message) {
    Record record;
    record.at(1, "ws", "a").at(2, "wr", "a");
    EXPECT_EQ(convert(record), (Lines{"- a @1=ws @2=wr"}));
}

TEST(V1ToModel, rule_8_takes_addresses_whatever_their_value) {
    Record record;
    record.at(0, "cs", "a").at(9, "cr", "a").tag("sa", "1", "b");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a>b ts=0 dur=9"}));
}

TEST(V1ToModel, rule_8_takes_only_the_endpoint_of_an_empty_lc) {
    Record empty;
    empty.tag("lc", "", "a");
    EXPECT_EQ(convert(empty), (Lines{"- a"}));
    Record named;
    named.tag("lc", "cache", "a");
    EXPECT_EQ(convert(named), (Lines{"- a lc=cache"}));
}

TEST(V1ToModel, rule_8_puts_tags_on_the_span_of_their_endpoint) {
    Record record;
    record.at(0, "cs", "a").at(20, "sr", "b").tag("one", "1", "a").tag("two", "2", "b");
    record.tag("aa", "3", "b").tag("ka", "4", "a");
    EXPECT_EQ(
        convert(record), (Lines{"CLIENT a ts=0 ka=4 one=1", "SERVER b ts=20 shared aa=3 two=2"})
    );
}

TEST(V1ToModel, rule_8_meets_endpoints_of_tags_in_order_of_their_keys) {
    Record record;
    record.tag("z", "1", "last").tag("a", "2", "first");
    EXPECT_EQ(convert(record), (Lines{"- first a=2", "- last z=1"}));
}

TEST(V1ToModel, rule_8_keeps_the_last_value_of_a_key) {
    Record record;
    record.tag("k", "1", "a").tag("k", "2", "a");
    EXPECT_EQ(convert(record), (Lines{"- a k=2"}));
}

TEST(V1ToModel, rule_9_links_two_addresses_without_a_call) {
    Record record;
    record.address("ca", record.service("a")).address("sa", record.service("b"));
    EXPECT_EQ(convert(record), (Lines{"- a>b"}));
}

TEST(V1ToModel, rule_9_leaves_the_kind_alone_when_only_the_server_is_known) {
    Record record;
    record.time(T, 5).address("sa", record.service("b"));
    EXPECT_EQ(convert(record), (Lines{"- ?>b ts=0 dur=5"}));
}

TEST(V1ToModel, rule_9_sees_a_server_when_only_the_client_is_known) {
    Record record;
    record.time(T, 5).address("ca", record.service("a"));
    EXPECT_EQ(convert(record), (Lines{"SERVER ?>a ts=0 dur=5"}));
}

TEST(V1ToModel, rule_9_gives_the_caller_to_the_server) {
    Record record;
    record.at(0, "sr", "b").at(9, "ss", "b").address("ca", record.service("a", 1, 5000));
    EXPECT_EQ(convert(record), (Lines{"SERVER b>a@10.0.0.1:5000 ts=0 dur=9 shared"}));
    Record only_end;
    only_end.at(9, "ss", "b").address("ca", only_end.service("a"));
    EXPECT_EQ(convert(only_end), (Lines{"SERVER b>a @9=ss"}));
}

TEST(V1ToModel, rule_9_ignores_a_caller_that_equals_the_server) {
    Record record;
    record.at(0, "sr", "b").at(9, "ss", "b").address("ca", record.service("b"));
    EXPECT_EQ(convert(record), (Lines{"SERVER b ts=0 dur=9 shared"}));
}

TEST(V1ToModel, rule_9_strips_the_servers_own_name_from_the_caller) {
    Record record;
    record.at(0, "sr", "b").at(9, "ss", "b").address("ca", record.service("b", 1, 5000));
    EXPECT_EQ(convert(record), (Lines{"SERVER b>@10.0.0.1:5000 ts=0 dur=9 shared"}));
}

TEST(V1ToModel, rule_9_gives_the_server_to_a_client_that_only_ended) {
    Record record;
    record.at(9, "cr", "a").address("sa", record.service("b"));
    EXPECT_EQ(convert(record), (Lines{"CLIENT a>b @9=cr"}));
}

TEST(V1ToModel, rule_9_gives_the_broker_to_both_sides_of_a_message) {
    Record record;
    record.at(0, "ms", "a").at(9, "mr", "b").address("ma", record.service("kafka"));
    EXPECT_EQ(convert(record), (Lines{"PRODUCER a>kafka ts=0", "CONSUMER b>kafka ts=9 shared"}));
}

TEST(V1ToModel, folds_a_client_out_of_shared_when_it_only_ended) {
    Record record;  // no "cs", but "sr" of the same service: the kind that was met last stays
    record.at(0, "sr", "a").at(9, "cr", "a");
    EXPECT_EQ(convert(record), (Lines{"CLIENT a @9=cr"}));
}

TEST(V1ToModel, refuses_ids_of_zero_and_leaves_the_batch_alone) {
    SpanBuilder builder;
    builder.start_span().id = {9};
    V1ToModel to_model;
    Record no_trace;
    no_trace.trace_id = {7, 0};
    EXPECT_EQ(
        to_model.convert(no_trace, builder).error(), (Error{Code::invalid_argument, "traceId == 0"})
    );
    Record no_id;
    no_id.id = {};
    EXPECT_EQ(to_model.convert(no_id, builder).error(), (Error{Code::invalid_argument, "id == 0"}));
    EXPECT_EQ(builder.size(), 1U);
}

TEST(V1ToModel, bounds_the_services_of_one_record) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i <= kV1SpanServicesMax; ++i) names.push_back("s" + std::to_string(i));
    Record most;
    for (std::size_t i = 0; i < kV1SpanServicesMax; ++i) most.at(1, "x", names[i]);
    EXPECT_EQ(convert(most).size(), kV1SpanServicesMax);
    Record beyond;
    for (const std::string& name : names) beyond.at(1, "x", name);
    SpanBuilder builder;
    V1ToModel to_model;
    EXPECT_EQ(
        to_model.convert(beyond, builder).error(),
        (Error{Code::limit_exceeded, "v1_span_services_max of 64 exceeded"})
    );
    EXPECT_EQ(builder.size(), 0U);
}

TEST(V1ToModel, survives_times_at_the_edge_of_int64) {
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    Record record;
    record.time(kMax, kMax);
    record.annotations = {
        {kMin, "cs", record.service("a")}, {kMax, "cr", 1}, {kMin, "sr", record.service("b")}};
    SpanBuilder builder;
    V1ToModel to_model;
    ASSERT_TRUE(to_model.convert(record, builder));
    EXPECT_EQ(builder.finish().size(), 2U);
}

TEST(V1ToModel, sorts_many_annotations_as_it_sorts_few) {
    Record record;
    std::vector<std::string> values;
    for (int i = 0; i < 100; ++i) values.push_back("v" + std::to_string(100 + i));
    for (int i = 99; i >= 0; --i) record.at(i, values[static_cast<std::size_t>(i)], "a");
    const Lines lines = convert(record);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].substr(0, 24), "- a @0=v100 @1=v101 @2=v");
}

}  // namespace
}  // namespace clew::model
