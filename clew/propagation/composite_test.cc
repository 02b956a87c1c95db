// SPDX-License-Identifier: Apache-2.0
// Goal: a request that carries several formats is understood as Brave does, within the trust that
// is configured. Method: requests that carry one, the other, both, and broken ones.
#include "clew/propagation/composite.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;
using Headers = std::vector<HeaderField>;
using Written = std::map<std::string, std::string>;

constexpr std::string_view kSingleText = "000000000000000a-000000000000000b-1";
constexpr std::string_view kTrace = "000000000000000c";
constexpr std::string_view kSpan = "000000000000000d";
constexpr std::string_view kTraceparent = "00-0000000000000000000000000000000a-000000000000000e-03";
const FormatList kAll{Format::b3_multi, Format::b3_single, Format::trace_context, Format::baggage};

Extracted extract(const Headers& headers, const CompositeOptions& options = {}) {
    const HeaderFields fields(headers);
    return Composite(options).extract(fields);
}

Written inject(const Extracted& extracted, const FormatList& written) {
    CompositeOptions options;
    options.written = written;
    Written headers;
    const auto set = [&](std::string_view name, std::string_view value) {
        headers[std::string(name)] = value;
    };
    EXPECT_TRUE(Composite(options).inject(extracted.context, extracted.carried.get(), set));
    return headers;
}

CompositeOptions trusting(TrustInbound trust) {
    CompositeOptions options;
    options.trust_inbound = trust;
    return options;
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
        EXPECT_TRUE(out.had_malformed) << broken;
    }
}

TEST(Composite, says_malformed_when_no_format_gave_a_context) {
    EXPECT_EQ(extract({{"b3", "x"}}).found, Found::malformed);
    EXPECT_EQ(extract({{"X-B3-Sampled", "-"}}).found, Found::malformed);
    EXPECT_EQ(extract({{"traceparent", "00"}}).found, Found::malformed);
    const Extracted out = extract({{"b3", "x"}, {"X-B3-TraceId", "y"}, {"X-B3-SpanId", kSpan}});
    EXPECT_EQ(out.found, Found::malformed);
    EXPECT_TRUE(out.had_malformed);
    EXPECT_EQ(out.context, TraceContext{});
}

TEST(Composite, reads_every_format_alone) {
    EXPECT_EQ(extract({{"b3", kSingleText}}).context.trace_id.low, 0xaU);
    const Headers multi{{"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}};
    EXPECT_EQ(extract(multi).context.trace_id.low, 0xcU);
    EXPECT_FALSE(extract(multi).context.is_child_only);
    EXPECT_EQ(extract({{"traceparent", kTraceparent}}).context.span_id.value, 0xeU);
    EXPECT_TRUE(extract({{"traceparent", kTraceparent}}).context.is_child_only);
}

TEST(Composite, reads_in_the_order_that_is_configured_and_nothing_else) {
    const Headers both{{"b3", kSingleText}, {"traceparent", kTraceparent}};
    EXPECT_EQ(extract(both).context.span_id.value, 0xbU);
    CompositeOptions options;
    options.read = {Format::trace_context, Format::b3_single};
    EXPECT_EQ(extract(both, options).context.span_id.value, 0xeU);
    options.read = {Format::trace_context};
    EXPECT_EQ(extract({{"b3", kSingleText}}, options).found, Found::nothing);
}

TEST(Composite, writes_every_configured_format_in_its_own_form) {
    const Extracted extracted =
        extract({{"traceparent", kTraceparent}, {"tracestate", "a=1"}, {"baggage", "user=alice"}});
    EXPECT_EQ(
        inject(extracted, kAll),
        (Written{
            {"X-B3-TraceId", "000000000000000a"},
            {"X-B3-SpanId", "000000000000000e"},
            {"X-B3-Sampled", "1"},
            {"b3", "000000000000000a-000000000000000e-1"},
            {"traceparent", std::string(kTraceparent)},
            {"tracestate", "a=1"},
            {"baggage", "user=alice"}})
    );
    EXPECT_TRUE(inject(extracted, {}).empty());
    EXPECT_EQ(inject(extracted, {Format::baggage}), (Written{{"baggage", "user=alice"}}));
}

TEST(Composite, says_when_the_carrier_refused_a_header) {
    CompositeOptions options;
    options.written = kAll;
    const TraceContext context{{0, 10}, {11}, {}, Sampling::sampled};
    const CarriedRef carried = Carried::make({}, "a=1");
    for (const std::string_view refused : {"b3", "X-B3-SpanId", "traceparent", "baggage"}) {
        const auto set = [&](std::string_view name, std::string_view) {
            if (name == refused) throw std::bad_alloc();
        };
        EXPECT_FALSE(Composite(options).inject(context, carried.get(), set)) << refused;
    }
}

TEST(Composite, takes_baggage_with_and_without_a_trace) {
    const Extracted alone = extract({{"baggage", "a=1"}});
    EXPECT_EQ(alone.found, Found::nothing);
    ASSERT_TRUE(alone.carried);
    EXPECT_EQ(alone.carried->baggage(), "a=1");
    const Extracted traced = extract({{"b3", kSingleText}, {"baggage", "a=1,nonsense"}});
    EXPECT_EQ(traced.found, Found::ids);
    EXPECT_EQ(traced.carried->baggage(), "a=1");
    EXPECT_TRUE(traced.had_malformed);
    EXPECT_FALSE(extract({{"baggage", "nonsense"}}).carried);
}

TEST(Composite, keeps_the_tracestate_of_the_same_trace_beside_b3) {
    const Headers headers{
        {"b3", kSingleText}, {"traceparent", kTraceparent}, {"tracestate", "a=1"}};
    CompositeOptions options;
    EXPECT_FALSE(extract(headers, options).carried);  // nobody would write it
    options.written = {Format::b3_single, Format::trace_context};
    const Extracted out = extract(headers, options);
    EXPECT_EQ(out.context.span_id.value, 0xbU);
    EXPECT_TRUE(out.context.is_random);
    ASSERT_TRUE(out.carried);
    EXPECT_EQ(out.carried->trace_state(), "a=1");
    const Headers other{
        {"b3", "000000000000000f-000000000000000b-1"},
        {"traceparent", kTraceparent},
        {"tracestate", "a=1"}};
    EXPECT_FALSE(extract(other, options).carried);
    const Headers refused{{"b3", "0"}, {"traceparent", "00-"}, {"tracestate", "a=1"}};
    EXPECT_FALSE(extract(refused, options).carried);
    EXPECT_EQ(extract(refused, options).found, Found::decision);
}

TEST(Composite, joins_a_decision_to_the_ids_of_another_format) {
    const Headers denied{{"X-B3-Sampled", "0"}, {"traceparent", kTraceparent}};
    const Extracted w3c = extract({{"traceparent", kTraceparent}}, {});
    ASSERT_TRUE(w3c.context.is_recorded());
    const Extracted out = extract(denied, {});
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.trace_id, w3c.context.trace_id);
    EXPECT_EQ(out.context.sampling, Sampling::not_sampled);
    const Extracted debugged = extract({{"b3", "d"}, {"traceparent", kTraceparent}}, {});
    EXPECT_EQ(debugged.context.trace_id, w3c.context.trace_id);
    EXPECT_TRUE(debugged.context.debug);
    // Of B3's two forms only one counts.
    const Headers both{{"b3", "0"}, {"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}};
    EXPECT_EQ(extract(both, {}).found, Found::decision);
    // A decision that is not trusted hides no ids.
    const Extracted trusted = extract(denied, trusting(TrustInbound::ids));
    EXPECT_EQ(trusted.context.trace_id, w3c.context.trace_id);
    EXPECT_EQ(trusted.context.sampling, Sampling::unset);
}

TEST(Composite, asks_for_the_ids_alone_where_only_they_are_trusted) {
    const CompositeOptions options = trusting(TrustInbound::ids);
    for (const std::string_view decision : {"-0", "-1", "-d", ""}) {
        const std::string text = "000000000000000a-000000000000000b" + std::string(decision);
        const Extracted out = extract({{"b3", text}, {"baggage", "a=1"}}, options);
        EXPECT_EQ(out.found, Found::ids) << text;
        EXPECT_EQ(out.context.span_id.value, 0xbU) << text;
        EXPECT_EQ(out.context.sampling, Sampling::unset) << text;
        EXPECT_FALSE(out.context.debug) << text;
        EXPECT_FALSE(out.carried) << text;
    }
    const Extracted decision = extract({{"b3", "d"}}, options);
    EXPECT_EQ(decision.found, Found::nothing);
    EXPECT_EQ(decision.context, TraceContext{});
    const Extracted w3c = extract({{"traceparent", kTraceparent}, {"tracestate", "a=1"}}, options);
    EXPECT_EQ(w3c.context.sampling, Sampling::unset);
    EXPECT_EQ(w3c.carried->trace_state(), "a=1");
}

TEST(Composite, reads_nothing_from_whom_it_does_not_trust) {
    const auto never = [](std::string_view) -> std::optional<std::string_view> {
        ADD_FAILURE();
        return std::nullopt;
    };
    const Extracted out = Composite(trusting(TrustInbound::no)).extract(never);
    EXPECT_EQ(out.found, Found::nothing);
    EXPECT_EQ(out.context, TraceContext{});
}

TEST(Composite, allocates_nothing_where_nothing_is_carried) {
    const Headers requests[] = {
        {},
        {{"b3", kSingleText}},
        {{"X-B3-TraceId", kTrace}, {"X-B3-SpanId", kSpan}},
        {{"traceparent", kTraceparent}, {"tracestate", ""}, {"baggage", " , "}},
        {{"traceparent", "nonsense"}, {"b3", "nonsense"}}};
    CompositeOptions options;
    options.written = kAll;
    const Composite composite(options);
    std::size_t headers = 0;
    const auto set = [&](std::string_view, std::string_view) { ++headers; };
    for (const Headers& request : requests) {
        const HeaderFields fields(request);
        const std::size_t before = testing::allocation_count();
        const Extracted out = composite.extract(fields);
        EXPECT_TRUE(composite.inject(out.context, out.carried.get(), set));
        EXPECT_EQ(testing::allocation_count() - before, 0U);
        EXPECT_FALSE(out.carried);
    }
    EXPECT_EQ(headers, 14U);
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
