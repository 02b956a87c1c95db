// SPDX-License-Identifier: Apache-2.0
// Goal: the first rule that fits decides. Method: rules that keep everything or nothing.
#include "clew/sampler/rule_sampler.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace clew::sampler {

namespace {

const auto kAlways = std::make_shared<AlwaysSampler>();
const auto kNever = std::make_shared<NeverSampler>();

bool kept(const RuleSampler& sampler, std::string_view method, std::string_view path) {
    return sampler.is_sampled({0, 1}, {method, path});
}

}  // namespace

TEST(RuleSampler, obeys_the_first_rule_that_fits) {
    const RuleSampler sampler(
        {{"", "/health", kNever}, {"GET", "/api/*", kNever}, {"", "/api/*", kAlways}}, kNever
    );
    EXPECT_FALSE(kept(sampler, "GET", "/health"));
    EXPECT_FALSE(kept(sampler, "GET", "/api/a"));
    EXPECT_TRUE(kept(sampler, "POST", "/api/a"));
    EXPECT_FALSE(kept(sampler, "POST", "/other"));
}

TEST(RuleSampler, asks_the_sampler_for_the_rest_without_a_request) {
    const RuleSampler sampler({{"", "", kNever}}, kAlways);
    EXPECT_TRUE(sampler.is_sampled({0, 1}));
    EXPECT_FALSE(kept(sampler, "GET", "/"));
}

TEST(RuleSampler, compares_methods_without_case_and_paths_with_it) {
    const RuleSampler sampler({{"get", "/A", kAlways}}, kNever);
    EXPECT_TRUE(kept(sampler, "GET", "/A"));
    EXPECT_TRUE(kept(sampler, "Get", "/A"));
    EXPECT_FALSE(kept(sampler, "GETS", "/A"));
    EXPECT_FALSE(kept(sampler, "GET", "/a"));
}

TEST(RuleSampler, reads_stars_as_any_text) {
    EXPECT_TRUE(fits("/a", "/a"));
    EXPECT_FALSE(fits("/a", "/ab"));
    EXPECT_FALSE(fits("/ab", "/a"));
    EXPECT_TRUE(fits("/a*", "/a"));
    EXPECT_TRUE(fits("/a*", "/a/b/c"));
    EXPECT_TRUE(fits("*", ""));
    EXPECT_TRUE(fits("*/c", "/a/b/c"));
    EXPECT_TRUE(fits("/v1/*/x/*", "/v1/a/x/b/x/c"));
    EXPECT_FALSE(fits("/v1/*/x", "/v1/x"));
    EXPECT_TRUE(fits("/*aab", "/aaaab"));
    EXPECT_FALSE(fits("", "/"));
    EXPECT_TRUE(fits("", ""));
}

TEST(RuleSampler, is_not_slow_for_many_stars) {
    const std::string pattern = "/*a*a*a*a*a*a*a*a*a*b";
    EXPECT_FALSE(fits(pattern, "/" + std::string(20'000, 'a')));
}

}  // namespace clew::sampler
