// SPDX-License-Identifier: Apache-2.0
// Goal: both forms of B3 in one request are understood as Brave understands them. Method: requests
// that carry one, the other, both, and broken ones.
#include "clew/propagation/composite.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/propagation/b3_multi.h"
#include "clew/propagation/b3_single.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

const B3Multi kMulti;
const B3Single kSingle;
constexpr std::string_view kSingleText = "000000000000000a-000000000000000b-1";
constexpr std::string_view kTrace = "000000000000000c";
constexpr std::string_view kSpan = "000000000000000d";

Composite b3() {
    const Propagation* const read[] = {&kSingle, &kMulti};
    const Propagation* const written[] = {&kMulti, &kSingle};
    return {read, written};
}

Extracted extract(const std::vector<HeaderField>& headers) {
    const HeaderFields fields(headers);
    return b3().extract(fields);
}

}  // namespace

TEST(Composite, finds_nothing_without_headers) { EXPECT_EQ(extract({}).found, Found::nothing); }

TEST(Composite, lets_the_single_header_win_where_both_are_there) {
    const Extracted out =
        extract({{"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}, {"b3", kSingleText}});
    EXPECT_EQ(out.context.trace_id.low, 0xaU);
    // Also when it says less.
    const Extracted denied =
        extract({{"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}, {"b3", "0"}});
    EXPECT_EQ(denied.found, Found::decision);
    EXPECT_EQ(denied.context.sampling, Sampling::not_sampled);
}

TEST(Composite, falls_back_to_the_multi_headers_when_the_single_one_is_malformed) {
    for (const std::string_view broken : {"", "-", "x", "000000000000000a-", "000000000000000a"}) {
        const Extracted out =
            extract({{"b3", broken}, {"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}});
        EXPECT_EQ(out.found, Found::ids) << broken;
        EXPECT_EQ(out.context.trace_id.low, 0xcU) << broken;
    }
}

TEST(Composite, says_malformed_when_no_format_gave_a_context) {
    EXPECT_EQ(extract({{"b3", "x"}}).found, Found::malformed);
    EXPECT_EQ(extract({{"X-B3-Sampled", "-"}}).found, Found::malformed);
    const Extracted out = extract({{"b3", "x"}, {"X-B3-TraceId", "y"}, {"X-B3-SpanId", kSpan}});
    EXPECT_EQ(out.found, Found::malformed);
    EXPECT_EQ(out.context, TraceContext{});
}

TEST(Composite, reads_single_and_multi_headers_alone) {
    EXPECT_EQ(extract({{"b3", kSingleText}}).context.trace_id.low, 0xaU);
    EXPECT_EQ(
        extract({{"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}}).context.trace_id.low, 0xcU
    );
}

TEST(Composite, writes_every_configured_format) {
    std::map<std::string, std::string> written;
    const auto set = [&](std::string_view name, std::string_view value) {
        written[std::string(name)] = value;
    };
    EXPECT_TRUE(b3().inject({{0, 10}, {11}, {}, Sampling::sampled, false, false, 0}, set));
    EXPECT_EQ(written.size(), 4U);
    EXPECT_EQ(written["b3"], kSingleText);
    EXPECT_EQ(written["X-B3-Sampled"], "1");
    const auto refuse_single = [](std::string_view name, std::string_view) {
        if (name == "b3") throw std::bad_alloc();
    };
    EXPECT_FALSE(b3().inject({{0, 10}, {11}, {}, Sampling::sampled, false, false, 0}, refuse_single)
    );
}

TEST(Composite, takes_at_most_its_number_of_formats) {
    const std::vector<const Propagation*> many(Composite::kFormatsMax + 3, &kMulti);
    const Composite composite(many, many);
    std::size_t headers = 0;
    const auto set = [&](std::string_view, std::string_view) { ++headers; };
    EXPECT_TRUE(composite.inject({{}, {}, {}, Sampling::sampled, false, false, 0}, set));
    EXPECT_EQ(headers, Composite::kFormatsMax);
}

TEST(Composite, keeps_the_low_half_of_a_trace_id_whatever_its_length) {
    // Where one service truncates ids to 64 bit, spans still meet by the low half.
    const Extracted whole =
        extract({{"b3", "48485a3953bb6124463ac35c9f6413ad-000000000000000b-1"}});
    const Extracted half = extract({{"b3", "463ac35c9f6413ad-000000000000000b-1"}});
    EXPECT_EQ(whole.context.trace_id.low, half.context.trace_id.low);
    EXPECT_NE(whole.context.trace_id, half.context.trace_id);
}

}  // namespace clew::propagation
