// SPDX-License-Identifier: Apache-2.0
// Goal: an exact share, at no fixed beat, whoever asks. Method: whole windows are counted.
#include "clew/sampler/counting_sampler.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/forked_child.h"

namespace clew::sampler {

namespace {

std::vector<std::size_t> places_kept(const CountingSampler& sampler, std::size_t traces) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < traces; ++i) {
        if (sampler.is_sampled({0, 1})) kept.push_back(i);
    }
    return kept;
}

}  // namespace

TEST(CountingSampler, keeps_exactly_its_share_of_every_window) {
    for (const double rate : {0.0, 0.0001, 0.01, 0.1, 0.5, 0.9999, 1.0}) {
        const auto sampler = CountingSampler::create(rate, 7);
        for (int window = 0; window < 3; ++window) {
            EXPECT_EQ(
                static_cast<double>(places_kept(*sampler, CountingSampler::kWindow).size()),
                rate * static_cast<double>(CountingSampler::kWindow)
            ) << rate;
        }
    }
}

TEST(CountingSampler, keeps_one_of_a_window_at_the_smallest_rate) {
    EXPECT_EQ(places_kept(*CountingSampler::create(1e-9, 7), CountingSampler::kWindow).size(), 1U);
}

TEST(CountingSampler, keeps_no_fixed_beat) {
    const auto kept = places_kept(*CountingSampler::create(0.1, 7), CountingSampler::kWindow);
    std::set<std::size_t> distances;
    for (std::size_t i = 1; i < kept.size(); ++i) distances.insert(kept[i] - kept[i - 1]);
    EXPECT_GT(distances.size(), 20U);
    EXPECT_NE(kept, places_kept(*CountingSampler::create(0.1, 8), CountingSampler::kWindow));
}

TEST(CountingSampler, counts_for_all_threads_together) {
    const auto sampler = CountingSampler::create(0.25, 7);
    std::atomic<std::size_t> kept{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] { kept += places_kept(*sampler, 5'000).size(); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(kept, 5'000U);
}

TEST(CountingSampler, counts_from_another_place_in_each_child) {
    const auto sampler = CountingSampler::create(0.01, 7);
    const auto first_places = [&] {
        std::string text;
        for (const std::size_t place : places_kept(*sampler, 500)) {
            text += std::to_string(place) + " ";
        }
        return text;
    };
    std::set<std::string> children;
    for (int i = 0; i < 4; ++i) children.insert(clew::testing::said_in_child(first_places));
    EXPECT_EQ(children.size(), 4U);
    EXPECT_EQ(children.count("?"), 0U);
    EXPECT_EQ(places_kept(*sampler, CountingSampler::kWindow).size(), 100U);  // undisturbed
}

TEST(CountingSampler, refuses_rates_outside_of_zero_to_one) {
    for (const double rate : {-0.1, 1.5}) {
        const auto sampler = CountingSampler::create(rate, 7);
        ASSERT_FALSE(sampler);
        EXPECT_EQ(sampler.error().code, Code::invalid_argument);
    }
    EXPECT_EQ(
        CountingSampler::create(1.5, 7).error().message, "rate should be between 0 and 1: was 1.5"
    );
}

}  // namespace clew::sampler
