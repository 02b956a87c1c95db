// SPDX-License-Identifier: Apache-2.0
// Goal: a function of the application decides and cannot do harm.
#include "clew/sampler/function_sampler.h"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace clew::sampler {

TEST(FunctionSampler, asks_with_the_id_and_the_request) {
    const FunctionSampler sampler([](const model::TraceId& id, const Request& request) {
        return id.low == 7 && request.path == "/a";
    });
    EXPECT_TRUE(sampler.is_sampled({0, 7}, {"GET", "/a"}));
    EXPECT_FALSE(sampler.is_sampled({0, 8}, {"GET", "/a"}));
    EXPECT_FALSE(sampler.is_sampled({0, 7}));
    EXPECT_EQ(sampler.failures(), 0U);
}

TEST(FunctionSampler, keeps_nothing_and_counts_when_the_function_throws) {
    const FunctionSampler sampler([](const model::TraceId&, const Request&) -> bool {
        throw std::runtime_error("of the application");
    });
    EXPECT_FALSE(sampler.is_sampled({0, 7}, {"GET", "/a"}));
    EXPECT_FALSE(sampler.is_sampled({0, 7}));
    EXPECT_EQ(sampler.failures(), 2U);
}

}  // namespace clew::sampler
