// SPDX-License-Identifier: Apache-2.0
// Goal: the same traces as Zipkin's collector keeps. Method: its golden vector, the ends of the
// range, and shares counted over many ids.
#include "clew/sampler/boundary_sampler.h"

#include <cmath>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace clew::sampler {

namespace {

BoundarySampler at(double rate) { return *BoundarySampler::create(rate); }

double share_kept(double rate, int ids) {
    const BoundarySampler sampler = at(rate);
    std::mt19937_64 random(20150307);
    int kept = 0;
    for (int i = 0; i < ids; ++i) {
        kept += sampler.is_sampled({0, random()}) ? 1 : 0;
    }
    return static_cast<double>(kept) / ids;
}

}  // namespace

TEST(BoundarySampler, has_the_boundary_of_zipkin_at_one_half) {
    const BoundarySampler sampler = at(0.5);
    EXPECT_EQ(sampler.boundary(), 4611686018427387904);
    EXPECT_TRUE(sampler.is_sampled({0, 1}));
    EXPECT_TRUE(sampler.is_sampled({0, 0xffffffffffffffff}));   // -1 counts as 1
    EXPECT_FALSE(sampler.is_sampled({0, 0x8000000000000000}));  // counts as the largest
    EXPECT_TRUE(sampler.is_sampled({0, 0x4000000000000000}));   // the boundary itself
    EXPECT_FALSE(sampler.is_sampled({0, 0x4000000000000001}));
}

TEST(BoundarySampler, keeps_everything_at_rate_one) {
    const BoundarySampler sampler = at(1.0);
    EXPECT_EQ(sampler.boundary(), std::numeric_limits<std::int64_t>::max());
    EXPECT_TRUE(sampler.is_sampled({0, 0x8000000000000000}));
    EXPECT_TRUE(sampler.is_sampled({0, 0x7fffffffffffffff}));
    EXPECT_EQ(share_kept(1.0, 100'000), 1.0);
}

TEST(BoundarySampler, keeps_nothing_at_rate_zero) {
    EXPECT_EQ(at(0.0).boundary(), 0);
    EXPECT_FALSE(at(0.0).is_sampled({0, 1}));
    EXPECT_EQ(share_kept(0.0, 100'000), 0.0);
}

TEST(BoundarySampler, computes_in_single_precision_as_zipkin_does) {
    // 0.1F is 0.100000001490116119384765625; times 2^63, cut.
    EXPECT_EQ(at(0.1).boundary(), 922337217429372928);
    EXPECT_EQ(at(0.0001).boundary(), static_cast<std::int64_t>(0.0001F * 9223372036854775808.0F));
    // The largest float below one stays below the largest number.
    EXPECT_EQ(at(0.99999994).boundary(), 9223371487098961920);
}

TEST(BoundarySampler, keeps_the_share_it_was_given) {
    // Three standard deviations of a million ids.
    for (const double rate : {0.01, 0.1, 0.5, 0.9}) {
        const double bound = 3 * std::sqrt(rate * (1 - rate) / 1e6);
        EXPECT_NEAR(share_kept(rate, 1'000'000), rate, bound) << rate;
    }
}

TEST(BoundarySampler, looks_at_the_low_half_only) {
    const BoundarySampler sampler = at(0.5);
    EXPECT_TRUE(sampler.is_sampled({0xffffffffffffffff, 1}));
    EXPECT_FALSE(sampler.is_sampled({1, 0x7fffffffffffffff}));
}

TEST(BoundarySampler, refuses_rates_outside_of_zero_to_one_in_zipkins_words) {
    const auto message = [](double rate) {
        const auto sampler = BoundarySampler::create(rate);
        return sampler ? std::string("accepted") : sampler.error().message;
    };
    EXPECT_EQ(message(1.1), "rate should be between 0 and 1: was 1.1");
    EXPECT_EQ(message(-0.1), "rate should be between 0 and 1: was -0.1");
    EXPECT_EQ(message(2), "rate should be between 0 and 1: was 2.0");
    EXPECT_EQ(message(std::nan("")), "rate should be between 0 and 1: was nan");
    EXPECT_EQ(message(INFINITY), "rate should be between 0 and 1: was inf");
}

TEST(Sampler, may_keep_all_or_nothing) {
    EXPECT_TRUE(AlwaysSampler().is_sampled({0, 0x8000000000000000}));
    EXPECT_FALSE(NeverSampler().is_sampled({0, 1}));
}

}  // namespace clew::sampler
