// SPDX-License-Identifier: Apache-2.0
// Goal: what a person writes is what is meant, or is refused in words that quote it.
#include "clew/sampler/sampler_text.h"

#include <string>

#include <gtest/gtest.h>

#include "clew/base/testing/fake_clock.h"

namespace clew::sampler {

namespace {

constexpr model::TraceId kNear{0, 1};
constexpr model::TraceId kFar{0, 0x7fffffffffffffff};

class SamplerText : public ::testing::Test {
protected:
    std::shared_ptr<const Sampler> parse(std::string_view text) {
        const auto made = parse_sampler(text, {&clock_, 7});
        EXPECT_TRUE(made) << text << ": " << (made ? "" : made.error().message);
        return made ? *made : nullptr;
    }
    std::string refusal(std::string_view text) {
        const auto made = parse_sampler(text, {&clock_, 7});
        EXPECT_FALSE(made) << text;
        return made ? "" : made.error().message;
    }

    testing::FakeClock clock_;
};

}  // namespace

TEST_F(SamplerText, names_each_sampler) {
    EXPECT_TRUE(parse("always")->is_sampled(kFar));
    EXPECT_FALSE(parse("never")->is_sampled(kNear));
    for (const char* half : {"0.5", "rate(0.5)", " rate( 0.5 ) "}) {
        EXPECT_TRUE(parse(half)->is_sampled(kNear));
        EXPECT_FALSE(parse(half)->is_sampled(kFar));
    }
    EXPECT_TRUE(parse("counting(1)")->is_sampled(kFar));
    const auto limited = parse("per_second(1)");
    EXPECT_TRUE(limited->is_sampled(kFar));
    EXPECT_FALSE(limited->is_sampled(kFar));
}

TEST_F(SamplerText, takes_rules_and_one_for_the_rest) {
    const auto sampler = parse("/health*=never; GET /api/*=0.5 ;POST *=always; never");
    EXPECT_FALSE(sampler->is_sampled(kNear, {"POST", "/healthy"}));
    EXPECT_TRUE(sampler->is_sampled(kNear, {"GET", "/api/a"}));
    EXPECT_FALSE(sampler->is_sampled(kFar, {"GET", "/api/a"}));
    EXPECT_TRUE(sampler->is_sampled(kFar, {"POST", "/api/a"}));
    EXPECT_FALSE(sampler->is_sampled(kNear, {"GET", "/"}));
    EXPECT_FALSE(sampler->is_sampled(kNear));
}

TEST_F(SamplerText, keeps_the_rest_where_nothing_is_said) {
    const auto sampler = parse("/health=never;");
    EXPECT_FALSE(sampler->is_sampled(kNear, {"GET", "/health"}));
    EXPECT_TRUE(sampler->is_sampled(kFar, {"GET", "/"}));
}

TEST_F(SamplerText, takes_a_path_that_holds_the_sign) {
    EXPECT_FALSE(parse("/a=b=never")->is_sampled(kNear, {"GET", "/a=b"}));
}

TEST_F(SamplerText, refuses_what_it_cannot_read_and_quotes_it) {
    const std::string kinds =
        "a sampler is a number from 0 to 1, always, never, counting(0.1) or per_second(100), not: ";
    EXPECT_EQ(refusal("sometimes"), kinds + "'sometimes'");
    EXPECT_EQ(refusal("per_second"), kinds + "'per_second'");
    EXPECT_EQ(refusal("per_second(many)"), kinds + "'per_second(many)'");
    EXPECT_EQ(refusal("per_second(1"), kinds + "'per_second(1'");
    EXPECT_EQ(refusal("0.1x"), kinds + "'0.1x'");
    EXPECT_EQ(refusal("/a="), kinds + "''");
    EXPECT_EQ(refusal("1.5"), "rate should be between 0 and 1: was 1.5");
    EXPECT_EQ(refusal("/a=counting(-1)"), "rate should be between 0 and 1: was -1.0");
    EXPECT_EQ(
        refusal("per_second(-3)"),
        "traces per second should be between 0 and 1000000: was -3.000000"
    );
    EXPECT_EQ(
        refusal("0.5; /a=never"),
        "the sampler for the rest comes last; behind it there is: '/a=never'"
    );
    const std::string paths =
        "a rule begins with a path like /api/*, or with a method and a path, not: ";
    EXPECT_EQ(refusal("health=never"), paths + "'health'");
    EXPECT_EQ(refusal("GET /a /b=never"), paths + "'GET /a /b'");
    EXPECT_EQ(refusal("/a=never /b=never"), paths + "'/a=never /b'");
    EXPECT_EQ(refusal("=never"), paths + "''");
    EXPECT_EQ(refusal(""), "a sampler is missing in: ''");
    EXPECT_EQ(refusal(" ; "), "a sampler is missing in: ' ; '");
}

TEST_F(SamplerText, bounds_the_number_of_rules) {
    std::string text;
    for (std::size_t i = 0; i < kRulesMax; ++i) text += "/a=never;";
    parse(text);
    EXPECT_EQ(refusal(text + "/b=never"), "more than 100 rules, from: '/b=never'");
}

}  // namespace clew::sampler
