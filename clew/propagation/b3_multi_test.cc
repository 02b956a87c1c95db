// SPDX-License-Identifier: Apache-2.0
// Goal: B3's five headers are read and written as Zipkin's libraries do (B3 README, Brave). Method:
// one test for each thing that a request may say.
#include "clew/propagation/b3_multi.h"

#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace clew::propagation {

namespace {

using Found = Extracted::Found;
using Headers = std::vector<HeaderField>;
using Written = std::map<std::string, std::string>;

constexpr std::string_view kTrace64 = "463ac35c9f6413ad";
constexpr std::string_view kTrace128 = "48485a3953bb6124463ac35c9f6413ad";
constexpr std::string_view kSpan = "a2fb4a1d1a96d312";
constexpr std::string_view kParent = "0020000000000001";

Extracted extract(const Headers& headers) {
    const HeaderFields fields(headers);
    return B3Multi().extract(fields);
}

Written inject(const TraceContext& context, HeaderCase header_case = HeaderCase::canonical) {
    Written written;
    const auto set = [&](std::string_view name, std::string_view value) {
        written[std::string(name)] = value;
    };
    EXPECT_TRUE(B3Multi(header_case).inject(context, nullptr, set));
    return written;
}

void expect_malformed(const Headers& headers) {
    const Extracted out = extract(headers);
    EXPECT_EQ(out.found, Found::malformed);
    EXPECT_EQ(out.context, TraceContext{});
}

}  // namespace

TEST(B3Multi, finds_nothing_without_headers) {
    EXPECT_EQ(extract({}).found, Found::nothing);
    EXPECT_EQ(extract({{"X-Request-Id", "1"}}).found, Found::nothing);
}

TEST(B3Multi, takes_a_denial_without_ids) {
    const Extracted out = extract({{"X-B3-Sampled", "0"}});
    EXPECT_EQ(out.found, Found::decision);
    EXPECT_EQ(out.context.sampling, Sampling::not_sampled);
    EXPECT_FALSE(out.context.has_ids());
}

TEST(B3Multi, takes_an_acceptance_or_debug_without_ids) {
    EXPECT_EQ(extract({{"X-B3-Sampled", "1"}}).context.sampling, Sampling::sampled);
    const Extracted debug = extract({{"X-B3-Flags", "1"}});
    EXPECT_EQ(debug.found, Found::decision);
    EXPECT_TRUE(debug.context.debug);
    EXPECT_TRUE(debug.context.is_recorded());
}

TEST(B3Multi, continues_with_a_deferred_decision) {
    const Extracted out = extract({{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", kSpan}});
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.trace_id, (model::TraceId{0, 0x463ac35c9f6413ad}));
    EXPECT_EQ(out.context.span_id, model::SpanId{0xa2fb4a1d1a96d312});
    EXPECT_TRUE(out.context.parent_id.is_zero());
    EXPECT_EQ(out.context.sampling, Sampling::unset);
}

TEST(B3Multi, continues_with_all_five_headers) {
    const Extracted out = extract(
        {{"X-B3-TraceId", kTrace128},
         {"X-B3-SpanId", kSpan},
         {"X-B3-ParentSpanId", kParent},
         {"X-B3-Sampled", "1"},
         {"X-B3-Flags", "0"}}
    );
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.trace_id, (model::TraceId{0x48485a3953bb6124, 0x463ac35c9f6413ad}));
    EXPECT_EQ(out.context.parent_id, model::SpanId{0x0020000000000001});
    EXPECT_EQ(out.context.sampling, Sampling::sampled);
    EXPECT_FALSE(out.context.debug);
}

TEST(B3Multi, reads_flags_1_as_debug_and_writes_no_sampled_beside_it) {
    const Extracted out = extract(
        {{"X-B3-TraceId", kTrace64},
         {"X-B3-SpanId", kSpan},
         {"X-B3-Flags", "1"},
         {"X-B3-Sampled", "0"}}
    );
    EXPECT_TRUE(out.context.debug);
    EXPECT_EQ(
        inject(out.context),
        (Written{
            {"X-B3-TraceId", std::string(kTrace64)},
            {"X-B3-SpanId", std::string(kSpan)},
            {"X-B3-Flags", "1"}})
    );
}

TEST(B3Multi, ignores_any_other_value_of_flags) {
    for (const std::string_view flags : {"0", "2", "true", "", "11", "-"}) {
        const Extracted out = extract({{"X-B3-Sampled", "0"}, {"X-B3-Flags", flags}});
        EXPECT_EQ(out.found, Found::decision) << flags;
        EXPECT_FALSE(out.context.debug) << flags;
    }
    EXPECT_EQ(extract({{"X-B3-Flags", "0"}}).found, Found::nothing);
}

TEST(B3Multi, reads_true_and_false_and_never_writes_them) {
    for (const std::string_view text : {"true", "TRUE", "True"}) {
        EXPECT_EQ(extract({{"X-B3-Sampled", text}}).context.sampling, Sampling::sampled);
    }
    const Extracted denied = extract({{"X-B3-Sampled", "false"}});
    EXPECT_EQ(denied.context.sampling, Sampling::not_sampled);
    EXPECT_EQ(inject(denied.context), (Written{{"X-B3-Sampled", "0"}}));
}

TEST(B3Multi, drops_the_whole_context_when_sampled_is_nonsense) {
    for (const std::string_view text : {"-", "", "2", "yes", "01", "1 ", "d", "TRUE1", "tru\x05"}) {
        expect_malformed(
            {{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", kSpan}, {"X-B3-Sampled", text}}
        );
    }
}

TEST(B3Multi, pads_trace_ids_without_their_leading_zeros) {
    const std::string whole = "0123456789abcdef123456789abcdef0";
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        const std::string id = whole.substr(whole.size() - size);
        const std::string padded = std::string(size <= 16 ? 16 - size : 32 - size, '0') + id;
        const Extracted out =
            extract({{"X-B3-TraceId", id}, {"X-B3-SpanId", kSpan}, {"X-B3-Sampled", "0"}});
        if (size == 1) {
            EXPECT_EQ(out.found, Found::malformed);  // it is a lone zero
            continue;
        }
        EXPECT_EQ(out.found, Found::ids) << id;
        EXPECT_EQ(out.context.sampling, Sampling::not_sampled) << id;
        EXPECT_EQ(inject(out.context)["X-B3-TraceId"], padded);
    }
    EXPECT_EQ(
        extract({{"X-B3-TraceId", "1"}, {"X-B3-SpanId", kSpan}}).context.trace_id,
        (model::TraceId{0, 1})
    );
}

TEST(B3Multi, pads_span_and_parent_ids_without_their_leading_zeros) {
    const std::string whole = "123456789abcdef1";
    for (std::size_t size = 1; size <= whole.size(); ++size) {
        const std::string id = whole.substr(whole.size() - size);
        const Extracted out =
            extract({{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", id}, {"X-B3-ParentSpanId", id}});
        EXPECT_EQ(out.found, Found::ids) << id;
        EXPECT_EQ(out.context.span_id, out.context.parent_id) << id;
        EXPECT_EQ(inject(out.context)["X-B3-SpanId"], std::string(16 - size, '0') + id);
    }
}

TEST(B3Multi, ignores_malformed_trace_ids_as_a_whole) {
    for (const std::string_view id :
         {"",
          "-",
          "463AC35C9F6413AD",
          "463ac35c9f6413ag",
          "48485a3953bb6124463ac35c9f6413ad0",
          "0000000000000000",
          "0",
          "00000000000000000",
          "00000000000000000000000000000000",
          "463ac35c9f6413 ad",
          "g48485a3953bb6124",
          "48485a3953bb6124g",
          "0x3ac35c9f6413ad",
          "+63ac35c9f6413ad"}) {
        expect_malformed({{"X-B3-TraceId", id}, {"X-B3-SpanId", kSpan}, {"X-B3-Sampled", "1"}});
    }
}

TEST(B3Multi, ignores_malformed_span_ids_as_a_whole) {
    for (const std::string_view id :
         {"",
          "-",
          "A2FB4A1D1A96D312",
          "a2fb4a1d1a96d3122",
          "a2fb4a1d ",
          "0",
          "0000000000000000",
          "zzzzzzzzzzzzzzzz"}) {
        expect_malformed({{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", id}});
        if (!id.starts_with("0")) {
            expect_malformed(
                {{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", kSpan}, {"X-B3-ParentSpanId", id}}
            );
        }
    }
}

TEST(B3Multi, needs_both_ids) {
    expect_malformed({{"X-B3-TraceId", kTrace64}});
    EXPECT_EQ(extract({{"X-B3-SpanId", kSpan}, {"X-B3-ParentSpanId", "x"}}).found, Found::nothing);
    // A decision that stands without a trace id is still one.
    EXPECT_EQ(extract({{"X-B3-SpanId", kSpan}, {"X-B3-Sampled", "0"}}).found, Found::decision);
}

TEST(B3Multi, reads_an_all_zero_parent_as_none) {
    for (const std::string_view zeros : {"0", "000", "0000000000000000"}) {
        const Extracted out = extract(
            {{"X-B3-TraceId", kTrace64}, {"X-B3-SpanId", kSpan}, {"X-B3-ParentSpanId", zeros}}
        );
        EXPECT_EQ(out.found, Found::ids);
        EXPECT_TRUE(out.context.parent_id.is_zero());
    }
}

TEST(B3Multi, accepts_names_in_any_case) {
    EXPECT_EQ(extract({{"X-B3-TRACEID", kTrace64}, {"x-b3-spanid", kSpan}}).found, Found::ids);
}

TEST(B3Multi, asks_for_and_writes_lower_case_names_in_case_sensitive_carriers) {
    const Written carrier{
        {"x-b3-traceid", std::string(kTrace64)}, {"x-b3-spanid", std::string(kSpan)}};
    const auto get = [&](std::string_view name) -> const char* {
        const auto at = carrier.find(std::string(name));
        return at == carrier.end() ? nullptr : at->second.c_str();
    };
    const Extracted out = B3Multi(HeaderCase::lower).extract(get);
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(inject(out.context, HeaderCase::lower), carrier);
}

TEST(B3Multi, keeps_64_bit_ids_64_bit_and_128_bit_ids_whole_on_the_way_out) {
    for (const std::string_view trace : {kTrace64, kTrace128}) {
        const Extracted out =
            extract({{"X-B3-TraceId", trace}, {"X-B3-SpanId", kSpan}, {"X-B3-Sampled", "0"}});
        EXPECT_EQ(
            inject(out.context),
            (Written{
                {"X-B3-TraceId", std::string(trace)},
                {"X-B3-SpanId", std::string(kSpan)},
                {"X-B3-Sampled", "0"}})
        );
    }
}

TEST(B3Multi, brings_every_context_back_as_it_was) {
    const std::vector<TraceContext> contexts{
        {{0, 7}, {8}, {}, Sampling::unset, false, false, 0},
        {{0, 7}, {8}, {9}, Sampling::unset, false, false, 0},
        {{0, 7}, {8}, {9}, Sampling::not_sampled, false, false, 0},
        {{0, 7}, {8}, {9}, Sampling::sampled, false, false, 0},
        {{1, 0}, {8}, {9}, Sampling::sampled, true, false, 0},
        {{~0ULL, ~0ULL}, {~0ULL}, {~0ULL}, Sampling::sampled, false, false, 0},
    };
    for (const TraceContext& context : contexts) {
        const Written written = inject(context);
        const auto get = [&](std::string_view name) {
            const auto at = written.find(std::string(name));
            return at == written.end() ? std::string_view() : at->second;
        };
        EXPECT_EQ(B3Multi().extract(get).context, context);
    }
}

TEST(B3Multi, writes_nothing_for_an_empty_context) { EXPECT_TRUE(inject({}).empty()); }

TEST(B3Multi, says_when_the_carrier_refused_a_header) {
    const TraceContext context{{0, 7}, {8}, {}, Sampling::sampled, false, false, 0};
    std::size_t taken = 0;
    const auto set = [&](std::string_view name, std::string_view) {
        if (name == "X-B3-SpanId") throw std::bad_alloc();
        ++taken;
    };
    EXPECT_FALSE(B3Multi().inject(context, nullptr, set));
    EXPECT_EQ(taken, 2U);
}

}  // namespace clew::propagation
