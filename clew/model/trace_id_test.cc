// SPDX-License-Identifier: Apache-2.0
// Goal: ids are padded, cut and refused as Zipkin does it. Golden rows: V5.
#include "clew/model/trace_id.h"

#include <gtest/gtest.h>

#include "clew/model/span_id.h"

namespace clew::model {
namespace {

std::string parsed(std::string_view text) {
    const Expected<TraceId> id = parse_trace_id(text);
    return id ? id->to_hex() : id.error().message;
}

std::string parsed_span_id(std::string_view text, std::string_view field = "id") {
    const Expected<SpanId> id = parse_span_id(text, field);
    return id ? id->to_hex() : id.error().message;
}

TEST(TraceId, golden_v5_pads_to_sixteen) { EXPECT_EQ(parsed("1"), "0000000000000001"); }

TEST(TraceId, golden_v5_pads_seventeen_to_thirty_two) {
    EXPECT_EQ(parsed("10000000000000001"), "00000000000000010000000000000001");
}

TEST(TraceId, golden_v5_cuts_a_zero_high_half) {
    EXPECT_EQ(parsed("00000000000000000000000000000abc"), "0000000000000abc");
}

TEST(TraceId, golden_v5_refuses_all_zeros) {
    EXPECT_EQ(parsed("0000000000000000"), "traceId is all zeros");
    EXPECT_EQ(parsed("0"), "traceId is all zeros");
    EXPECT_EQ(parsed(std::string(32, '0')), "traceId is all zeros");
}

TEST(TraceId, golden_v5_refuses_upper_case) {
    EXPECT_EQ(parsed("ABC"), "ABC should be lower-hex encoded with no prefix");
}

TEST(TraceId, refuses_empty_long_and_strange_texts) {
    EXPECT_EQ(parsed(""), "traceId is empty");
    EXPECT_EQ(parsed(std::string(33, 'a')), "traceId.length > 32");
    EXPECT_EQ(parsed("0x12"), "0x12 should be lower-hex encoded with no prefix");
    EXPECT_EQ(
        parsed("z0000000000000001"), "z0000000000000001 should be lower-hex encoded with no prefix"
    );
}

TEST(TraceId, keeps_both_halves) {
    EXPECT_EQ(
        parse_trace_id("463ac35c9f6413ad48485a3953bb6124").value(),
        (TraceId{0x463ac35c9f6413ad, 0x48485a3953bb6124})
    );
}

TEST(SpanId, pads_and_refuses) {
    EXPECT_EQ(parsed_span_id("abc"), "0000000000000abc");
    EXPECT_EQ(parsed_span_id("0000000000000000"), "0000000000000000");
    EXPECT_EQ(parsed_span_id(""), "id is empty");
    EXPECT_EQ(parsed_span_id("", "parentId"), "parentId is empty");
    EXPECT_EQ(parsed_span_id(std::string(17, '1'), "parentId"), "parentId.length > 16");
    EXPECT_EQ(parsed_span_id("G"), "G should be lower-hex encoded with no prefix");
}

}  // namespace
}  // namespace clew::model
