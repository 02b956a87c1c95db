// SPDX-License-Identifier: Apache-2.0
// Goal: ids are padded, cut and refused as Zipkin does it. Golden rows: V5.
#include "clew/model/trace_id.h"

#include <algorithm>
#include <type_traits>
#include <vector>

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

// The inverse of an odd number modulo 2^64, by Newton's method.
std::uint64_t inverse(std::uint64_t odd) {
    std::uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;
    return x;
}

// How many of the ids share the fullest place of a table.
template <typename Ids>
std::size_t fullest_place(const Ids& ids, std::size_t places) {
    std::vector<std::size_t> counts(places);
    for (const auto& id : ids) ++counts[std::hash<std::decay_t<decltype(id)>>()(id) % places];
    return *std::ranges::max_element(counts);
}

constexpr std::size_t kIds = 40'000;
constexpr std::size_t kPlaces = 62'233;

TEST(TraceIdHash, spreads_ids_that_share_their_low_half) {
    std::vector<TraceId> ids;
    for (std::uint64_t i = 1; i <= kIds; ++i) ids.push_back({i, 7});
    EXPECT_LT(fullest_place(ids, kPlaces), 16U);
    for (std::uint64_t i = 1; i <= kIds; ++i) ids[i - 1] = {i << 40, 7};
    EXPECT_LT(fullest_place(ids, kPlaces), 16U);
}

// A hash without a secret is aimed at by whoever can invert it: these would all fall into one place
// of (low ^ high * a) * b >> 7.
TEST(TraceIdHash, cannot_be_aimed_at_one_place_of_a_table) {
    const std::uint64_t a = inverse(0x9e3779b97f4a7c15);
    const std::uint64_t b = inverse(0xff51afd7ed558ccd);
    std::vector<TraceId> ids;
    for (std::uint64_t i = 1; i <= kIds; ++i) ids.push_back({((i * kPlaces << 7) * b ^ 7) * a, 7});
    EXPECT_LT(fullest_place(ids, kPlaces), 16U);
}

TEST(SpanIdHash, cannot_be_aimed_at_one_place_of_a_table) {
    const std::uint64_t b = inverse(0xff51afd7ed558ccd);
    std::vector<SpanId> ids;
    for (std::uint64_t i = 1; i <= kIds; ++i) ids.push_back({(i * kPlaces << 7) * b});
    EXPECT_LT(fullest_place(ids, kPlaces), 16U);
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
