// SPDX-License-Identifier: Apache-2.0
// Goal: the one-header form of B3 is read and written as Zipkin's libraries do (B3 README, Brave).
// Method: one test for each thing that the header may say; every shorter and longer text is tried.
#include "clew/propagation/b3_single.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

constexpr std::string_view kTrace64 = "463ac35c9f6413ad";
constexpr std::string_view kTrace128 = "48485a3953bb6124463ac35c9f6413ad";
constexpr std::string_view kSpan = "a2fb4a1d1a96d312";
constexpr std::string_view kParent = "0020000000000001";

std::string joined(std::initializer_list<std::string_view> fields) {
    std::string out;
    for (const std::string_view field : fields) {
        if (!out.empty()) out += '-';
        out += field;
    }
    return out;
}

std::string written(const TraceContext& context) {
    std::array<char, B3Single::kTextBytesMax> text;
    return {text.data(), B3Single::write(context, text.data())};
}

void expect_malformed(std::string_view text) {
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.found, Found::malformed) << text;
    EXPECT_EQ(out.context, TraceContext{}) << text;
}

}  // namespace

TEST(B3Single, finds_nothing_without_the_header) {
    const auto none = [](std::string_view) -> const char* { return nullptr; };
    EXPECT_EQ(B3Single().extract(none).found, Found::nothing);
}

TEST(B3Single, takes_a_denial_without_ids_and_passes_it_on) {
    const Extracted out = B3Single::parse("0");
    EXPECT_EQ(out.found, Found::decision);
    EXPECT_EQ(out.context.sampling, Sampling::not_sampled);
    EXPECT_FALSE(out.context.has_ids());
    EXPECT_EQ(written(out.context), "0");
}

TEST(B3Single, takes_an_acceptance_or_debug_without_ids) {
    EXPECT_EQ(B3Single::parse("1").found, Found::decision);
    EXPECT_EQ(B3Single::parse("1").context.sampling, Sampling::sampled);
    EXPECT_TRUE(B3Single::parse("d").context.debug);
    EXPECT_TRUE(B3Single::parse("d").context.is_recorded());
    EXPECT_EQ(written(B3Single::parse("d").context), "d");
}

TEST(B3Single, continues_with_a_deferred_decision) {
    const std::string text = joined({kTrace64, kSpan});
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.sampling, Sampling::unset);
    EXPECT_EQ(written(out.context), text);
}

TEST(B3Single, continues_a_128_bit_trace_that_is_sampled) {
    const std::string text = joined({kTrace128, kSpan, "1"});
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.context.trace_id, (model::TraceId{0x48485a3953bb6124, 0x463ac35c9f6413ad}));
    EXPECT_EQ(out.context.span_id, model::SpanId{0xa2fb4a1d1a96d312});
    EXPECT_EQ(out.context.sampling, Sampling::sampled);
    EXPECT_EQ(written(out.context), text);  // 128 bit, whole
}

TEST(B3Single, continues_a_64_bit_trace_that_is_not_sampled) {
    const std::string text = joined({kTrace64, kSpan, "0"});
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.context.sampling, Sampling::not_sampled);
    EXPECT_EQ(out.context.trace_id.high, 0U);
    EXPECT_EQ(written(out.context), text);  // 64 bit, not padded
}

TEST(B3Single, continues_a_debug_trace) {
    const std::string text = joined({kTrace128, kSpan, "d"});
    const Extracted out = B3Single::parse(text);
    EXPECT_TRUE(out.context.debug);
    EXPECT_EQ(out.context.sampling, Sampling::sampled);
    EXPECT_EQ(written(out.context), text);
}

TEST(B3Single, continues_with_a_parent) {
    const std::string text = joined({kTrace128, kSpan, "1", kParent});
    EXPECT_EQ(text.size(), B3Single::kTextBytesMax);
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.context.parent_id, model::SpanId{0x0020000000000001});
    EXPECT_EQ(written(out.context), text);
}

TEST(B3Single, continues_with_a_parent_and_a_deferred_decision) {
    const std::string text = joined({kTrace128, kSpan, kParent});
    const Extracted out = B3Single::parse(text);
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_EQ(out.context.sampling, Sampling::unset);
    EXPECT_EQ(out.context.parent_id, model::SpanId{0x0020000000000001});
    EXPECT_EQ(written(out.context), text);
}

TEST(B3Single, ignores_lone_letters_that_are_no_decision) {
    for (const std::string_view text : {"", "-", "2", "D", "t", "true", "00", "dd", " 1"}) {
        expect_malformed(text);
    }
}

TEST(B3Single, ignores_malformed_ids_as_a_whole) {
    for (const std::string_view id :
         {"",
          "-",
          "463AC35C9F6413AD",
          "463ac35c9f6413ag",
          "463ac35c9f6413adf",
          "463ac35c9f6413a",
          "0000000000000000"}) {
        expect_malformed(joined({id, kSpan, "1"}));
        expect_malformed(joined({kTrace64, id, "1"}));
    }
    expect_malformed(joined({"48485a3953bb6124463ac35c9f6413ad0", kSpan}));  // 33 characters
    expect_malformed(joined({"00000000000000000000000000000000", kSpan}));
    expect_malformed(joined({kTrace64, kSpan, "1", "002000000000000"}));
    expect_malformed(joined({kTrace64, kSpan, "1", "002000000000000G"}));
}

TEST(B3Single, ignores_a_fifth_field_and_missing_fields) {
    expect_malformed(joined({kTrace64, kSpan, "1", kParent, "1"}));
    expect_malformed(joined({kTrace64, kSpan, "1", kParent, ""}) + "-");
    expect_malformed(joined({kTrace64, kSpan, kParent, "1"}));  // the parent is the last field
    expect_malformed(joined({kTrace64, kSpan}) + "--" + std::string(kParent));
    expect_malformed(joined({kTrace64, kSpan, kParent.substr(1)}));
    expect_malformed(kTrace64);
    expect_malformed(std::string(kTrace64) + "-");
    expect_malformed(joined({kTrace64, kSpan}) + "-");
    expect_malformed(joined({kTrace64, kSpan, "1"}) + "-");
    expect_malformed(joined({kTrace64, kSpan, "2"}));
    expect_malformed(joined({kTrace64, kSpan, "11"}));
}

TEST(B3Single, ignores_more_than_68_characters_whatever_they_are) {
    expect_malformed(joined({kTrace128, kSpan, "1", kParent}) + "0");
    expect_malformed(std::string(69, '0'));
    expect_malformed(std::string(1 << 20, '-'));
}

TEST(B3Single, takes_no_prefix_and_no_changed_character_for_the_whole) {
    const std::string whole = joined({kTrace128, kSpan, "d", kParent});
    const std::size_t deferred = joined({kTrace128, kSpan}).size();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const bool complete = size == deferred || size == deferred + 2;
        const Found found = B3Single::parse(std::string_view(whole).substr(0, size)).found;
        EXPECT_EQ(found, complete ? Found::ids : Found::malformed) << size;
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char letter : {'\0', '\xff', 'G', ' ', '/'}) {
            std::string changed = whole;
            changed[at] = letter;
            expect_malformed(changed);
        }
    }
}

TEST(B3Single, reads_an_all_zero_parent_as_none) {
    const Extracted out = B3Single::parse(joined({kTrace64, kSpan, "1", "0000000000000000"}));
    EXPECT_EQ(out.found, Found::ids);
    EXPECT_TRUE(out.context.parent_id.is_zero());
}

TEST(B3Single, brings_every_context_back_as_it_was) {
    for (const std::uint64_t high : {0ULL, 0x48485a3953bb6124ULL}) {
        for (const auto sampling : {Sampling::unset, Sampling::not_sampled, Sampling::sampled}) {
            const TraceContext context{{high, 7}, {8}, {9}, sampling, false, false, 0};
            EXPECT_EQ(B3Single::parse(written(context)).context, context);
        }
    }
}

TEST(B3Single, writes_one_lower_case_header_or_none) {
    std::string name;
    std::string value;
    const auto set = [&](std::string_view n, std::string_view v) {
        name = n;
        value = v;
    };
    EXPECT_TRUE(B3Single().inject({}, nullptr, set));
    EXPECT_EQ(name, "");
    EXPECT_TRUE(
        B3Single().inject({{0, 7}, {8}, {}, Sampling::sampled, false, false, 0}, nullptr, set)
    );
    EXPECT_EQ(name, "b3");
    EXPECT_EQ(value, "0000000000000007-0000000000000008-1");
    const auto refuse = [](std::string_view, std::string_view) { throw 1; };
    EXPECT_FALSE(
        B3Single().inject({{0, 7}, {8}, {}, Sampling::sampled, false, false, 0}, nullptr, refuse)
    );
}

}  // namespace clew::propagation
