// SPDX-License-Identifier: Apache-2.0
// Goal: traceparent and tracestate are read and written as W3C Trace Context level 2 says. Method:
// one test for each rule; what whole requests become is in test/propagation.
#include "clew/propagation/w3c_trace_context.h"

#include <array>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clew::propagation {

namespace {

using Found = Extracted::Found;
using Headers = std::vector<HeaderField>;
using Written = std::map<std::string, std::string>;

constexpr std::string_view kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view kSpan = "00f067aa0ba902b7";
constexpr std::string_view kWhole = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

Extracted extract(const Headers& headers) {
    const HeaderFields fields(headers);
    return W3cTraceContext().extract(fields);
}

Written inject(const TraceContext& context, const Carried* carried = nullptr) {
    Written written;
    const auto set = [&](std::string_view name, std::string_view value) {
        written[std::string(name)] = value;
    };
    EXPECT_TRUE(W3cTraceContext().inject(context, carried, set));
    return written;
}

std::string traceparent(std::string_view flags, std::string_view version = "00") {
    std::string text(version);
    return text.append("-").append(kTrace).append("-").append(kSpan).append("-").append(flags);
}

void expect_malformed(std::string_view text) {
    const Extracted out = extract({{"traceparent", text}, {"tracestate", "a=1"}});
    EXPECT_EQ(out.found, Found::malformed) << text;
    EXPECT_EQ(out.context, TraceContext{}) << text;
    EXPECT_FALSE(out.carried) << text;
}

// What a tracestate is passed on as; "(malformed)" when it is not.
std::string passed_on(std::string_view text) {
    return W3cTraceContext::normal_trace_state(text).value_or("(malformed)");
}

std::string members(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text.append(i == 0 ? "" : ",").append("k").append(std::to_string(i)).append("=v");
    }
    return text;
}

}  // namespace

TEST(W3cTraceContext, finds_nothing_without_traceparent) {
    EXPECT_EQ(extract({}).found, Found::nothing);
    const Extracted out = extract({{"tracestate", "a=1"}});
    EXPECT_EQ(out.found, Found::nothing);
    EXPECT_FALSE(out.carried);
}

TEST(W3cTraceContext, reads_ids_and_the_sampled_flag) {
    const Extracted out = extract({{"traceparent", kWhole}});
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.trace_id, (model::TraceId{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}));
    EXPECT_EQ(out.context.span_id, model::SpanId{0x00f067aa0ba902b7});
    EXPECT_TRUE(out.context.parent_id.is_zero());
    EXPECT_EQ(out.context.sampling, Sampling::sampled);
    EXPECT_FALSE(out.context.is_random);
    EXPECT_TRUE(out.context.is_child_only);
    EXPECT_EQ(
        extract({{"traceparent", traceparent("00")}}).context.sampling, Sampling::not_sampled
    );
}

TEST(W3cTraceContext, passes_the_random_flag_on_and_clears_unknown_ones) {
    const std::map<std::string, std::string> flags{
        {"00", "00"}, {"01", "01"}, {"02", "02"}, {"03", "03"}, {"ff", "03"}, {"fc", "00"}};
    for (const auto& [in, out] : flags) {
        const Extracted extracted = extract({{"traceparent", traceparent(in)}});
        EXPECT_EQ(inject(extracted.context), (Written{{"traceparent", traceparent(out)}})) << in;
    }
}

TEST(W3cTraceContext, strips_spaces_and_tabs_around_the_value) {
    EXPECT_EQ(extract({{"traceparent", "\t " + std::string(kWhole) + " \t"}}).found, Found::ids);
    expect_malformed(std::string(kWhole) + "\n");
}

TEST(W3cTraceContext, refuses_a_tail_in_version_0_and_takes_one_in_later_versions) {
    expect_malformed(std::string(kWhole) + "-");
    expect_malformed(std::string(kWhole) + "-tail");
    expect_malformed(std::string(kWhole) + "0");
    for (const char* const version : {"01", "cc", "fe"}) {
        const std::string text = traceparent("01", version);
        EXPECT_EQ(extract({{"traceparent", text}}).found, Found::ids);
        EXPECT_EQ(extract({{"traceparent", text + "-"}}).found, Found::ids);
        const Extracted out = extract({{"traceparent", text + "-what-comes-later"}});
        EXPECT_EQ(inject(out.context), (Written{{"traceparent", std::string(kWhole)}}));
        expect_malformed(text + ".tail");
        expect_malformed(text + "0");
    }
}

TEST(W3cTraceContext, refuses_versions_that_are_none) {
    for (const char* const version : {"ff", "FF", "0A", "g0", "0", "000", "", ".0", "0."}) {
        expect_malformed(traceparent("01", version));
    }
}

TEST(W3cTraceContext, takes_no_prefix_and_no_changed_character_for_the_whole) {
    for (std::size_t size = 0; size < kWhole.size(); ++size)
        expect_malformed(kWhole.substr(0, size));
    for (std::size_t at = 0; at < kWhole.size(); ++at) {
        for (const char letter : {'\0', '\xff', 'G', 'A', ' ', '.', ','}) {
            std::string changed(kWhole);
            changed[at] = letter;
            if (at == 0 && letter == ' ') changed[at] = '/';  // a space there is stripped
            if (at + 1 == kWhole.size() && letter == ' ') continue;
            expect_malformed(changed);
        }
    }
}

TEST(W3cTraceContext, refuses_zero_ids) {
    expect_malformed("00-00000000000000000000000000000000-00f067aa0ba902b7-01");
    expect_malformed("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01");
}

TEST(W3cTraceContext, begins_anew_when_traceparent_came_twice) {
    const Extracted out = extract({{"traceparent", kWhole}, {"TraceParent", kWhole}});
    EXPECT_EQ(out.found, Found::malformed);
    // A later version may have a tail, but not a second header for one.
    const std::string later = traceparent("01", "cc") + "-tail";
    EXPECT_EQ(extract({{"traceparent", later}, {"traceparent", later}}).found, Found::malformed);
}

TEST(W3cTraceContext, keeps_a_64_bit_trace_id_one) {
    const TraceContext context{{0, 0x463ac35c9f6413ad}, {1}, {}, Sampling::sampled};
    const Written written = inject(context);
    EXPECT_EQ(written.at("traceparent"), "00-0000000000000000463ac35c9f6413ad-0000000000000001-01");
    const Extracted back = extract({{"traceparent", written.at("traceparent")}});
    EXPECT_EQ(back.context, context);
}

TEST(W3cTraceContext, writes_debug_as_sampled_and_an_open_decision_as_none) {
    TraceContext context{{1, 2}, {3}, {4}};
    EXPECT_TRUE(inject(context).at("traceparent").ends_with("-00"));
    context.debug = true;
    EXPECT_TRUE(inject(context).at("traceparent").ends_with("-01"));
}

TEST(W3cTraceContext, writes_nothing_without_ids) {
    EXPECT_TRUE(inject({}).empty());
    TraceContext decision;
    decision.sampling = Sampling::not_sampled;
    EXPECT_TRUE(inject(decision).empty());
}

TEST(W3cTraceContext, says_when_the_carrier_refused_a_header) {
    const TraceContext context{{1, 2}, {3}, {}};
    const CarriedRef carried = Carried::make("a=1", {});
    for (const std::string_view refused : {"traceparent", "tracestate"}) {
        const auto set = [&](std::string_view name, std::string_view) {
            if (name == refused) throw std::bad_alloc();
        };
        EXPECT_FALSE(W3cTraceContext().inject(context, carried.get(), set));
    }
}

TEST(W3cTraceContext, passes_tracestate_on_as_it_came) {
    const Extracted out = extract(
        {{"traceparent", kWhole}, {"tracestate", "b=2,a=1"}, {"TRACESTATE", "c/d@e*f_g-h=3"}}
    );
    ASSERT_TRUE(out.carried);
    EXPECT_EQ(out.carried->trace_state(), "b=2,a=1,c/d@e*f_g-h=3");
    EXPECT_EQ(out.carried->baggage(), "");
    EXPECT_EQ(inject(out.context, out.carried.get()).at("tracestate"), "b=2,a=1,c/d@e*f_g-h=3");
}

TEST(W3cTraceContext, drops_a_malformed_tracestate_alone) {
    const Extracted out = extract({{"traceparent", kWhole}, {"tracestate", "a=1,=2"}});
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_TRUE(out.had_malformed);
    EXPECT_FALSE(out.carried);
    EXPECT_FALSE(extract({{"traceparent", kWhole}, {"tracestate", ""}}).had_malformed);
}

TEST(W3cTraceState, loses_spaces_around_members_and_empty_members) {
    EXPECT_EQ(passed_on("a=1 \t , \tb=2"), "a=1,b=2");
    EXPECT_EQ(passed_on(" , ,a=1,,b=2,\t"), "a=1,b=2");
    EXPECT_EQ(passed_on(""), "");
    EXPECT_EQ(passed_on(" , "), "");
    EXPECT_EQ(passed_on("a= 1 2 ,b=2"), "a= 1 2,b=2");  // a value's own spaces stay
}

TEST(W3cTraceState, keeps_keys_that_stand_twice) { EXPECT_EQ(passed_on("a=1,a=2"), "a=1,a=2"); }

TEST(W3cTraceState, is_malformed_when_a_key_or_value_is) {
    for (const std::string_view text :
         {"a",
          "a=",
          "=1",
          "a=1=2",
          "A=1",
          "@a=1",
          "_a=1",
          "a b=1",
          "a.b=1",
          "a =1",
          "a=1,b",
          "a=\x7f",
          "a=1\n2",
          "a=\xc3\xa9"}) {
        EXPECT_EQ(passed_on(text), "(malformed)") << text;
    }
    for (const std::string_view text : {"0=1", "a@=1", "a@@b@c=1", "a=!~", "a=\"\\;"}) {
        EXPECT_EQ(passed_on(text), text);
    }
}

TEST(W3cTraceState, has_at_most_32_members) {
    EXPECT_EQ(passed_on(members(32)), members(32));
    EXPECT_EQ(passed_on(members(33)), "(malformed)");
    EXPECT_EQ(passed_on(members(32) + ",,, ,"), members(32));  // empty ones do not count
}

TEST(W3cTraceState, has_keys_and_values_of_at_most_256_characters) {
    const std::string long_text(256, 'k');
    EXPECT_EQ(passed_on(long_text + "=1"), long_text + "=1");
    EXPECT_EQ(passed_on(long_text + "k=1"), "(malformed)");
    EXPECT_EQ(passed_on("a=" + long_text), "a=" + long_text);
    EXPECT_EQ(passed_on("a=" + long_text + "k"), "(malformed)");
}

TEST(W3cTraceState, loses_long_members_first_and_then_the_last_when_it_is_too_long) {
    const std::string shorts = "s=" + std::string(126, 's');  // 128 characters
    const std::string longer = "l=" + std::string(127, 'l');
    std::string fitting = shorts;
    for (int i = 1; i < 15; ++i) fitting += "," + shorts;
    EXPECT_EQ(fitting.size(), 1934U);
    EXPECT_EQ(passed_on(fitting + ",last=1"), fitting + ",last=1");
    EXPECT_EQ(passed_on(longer + "," + fitting + ",last=1"), fitting + ",last=1");
    EXPECT_EQ(passed_on(fitting + "," + shorts + ",last=1"), fitting);
    std::string exact = fitting + "," + std::string("e=") + std::string(111, 'e');
    EXPECT_EQ(exact.size(), W3cTraceContext::kTraceStateBytesMax);
    EXPECT_EQ(passed_on(exact), exact);
    EXPECT_EQ(passed_on(exact + "e"), fitting);
}

}  // namespace clew::propagation
