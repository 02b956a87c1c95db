// SPDX-License-Identifier: Apache-2.0
// Goal: what an operator writes is understood or refused with a sentence, and what is shown can be
// written again. Method: rows of texts.
#include "clew/app/setting.h"

#include <gtest/gtest.h>

namespace clew::app {
namespace {

template <typename Value>
Value read(std::string_view text) {
    Value value{};
    const Expected<void> done = read_value(text, value);
    EXPECT_TRUE(done.has_value()) << text << ": " << (done ? "" : done.error().message);
    return value;
}

template <typename Value>
std::string refusal(std::string_view text) {
    Value value{};
    const Expected<void> done = read_value(text, value);
    EXPECT_FALSE(done.has_value()) << text;
    return done ? "" : done.error().message;
}

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Setting, reads_truth_in_every_usual_word) {
    for (const char* text : {"true", "TRUE", "on", "yes", "1", " true "}) {
        EXPECT_TRUE(read<bool>(text)) << text;
    }
    for (const char* text : {"false", "False", "off", "no", "0"}) {
        EXPECT_FALSE(read<bool>(text)) << text;
    }
    EXPECT_EQ(refusal<bool>("maybe"), "'maybe' is not true or false");
    EXPECT_EQ(refusal<bool>(""), "'' is not true or false");
}

TEST(Setting, reads_numbers_within_their_type) {
    EXPECT_EQ(read<std::uint16_t>("65535"), 65535);
    EXPECT_EQ(refusal<std::uint16_t>("65536"), "'65536' is not at most 65535");
    EXPECT_EQ(read<std::uint64_t>("18446744073709551615"), 18446744073709551615u);
    EXPECT_FALSE(refusal<std::uint64_t>("18446744073709551616").empty());
    EXPECT_FALSE(refusal<std::uint32_t>("-1").empty());
    EXPECT_FALSE(refusal<int>("1.5").empty());
    EXPECT_FALSE(refusal<int>("ten").empty());
    EXPECT_FALSE(refusal<int>("").empty());
}

TEST(Setting, reads_sizes_with_their_units) {
    EXPECT_EQ(read<std::uint64_t>("16KiB"), 16384u);
    EXPECT_EQ(read<std::uint64_t>("64 MiB"), 64u << 20);
    EXPECT_EQ(read<std::uint64_t>("2GiB"), 2ULL << 30);
    EXPECT_FALSE(refusal<std::uint32_t>("4GiB").empty());
    EXPECT_FALSE(refusal<std::uint64_t>("1MB").empty());
}

TEST(Setting, reads_times_with_their_units_or_the_settings_own) {
    EXPECT_EQ(read<milliseconds>("250"), milliseconds(250));
    EXPECT_EQ(read<seconds>("300"), seconds(300));
    EXPECT_EQ(read<milliseconds>("11s"), milliseconds(11'000));
    EXPECT_EQ(read<milliseconds>("5 m"), milliseconds(300'000));
    EXPECT_EQ(read<milliseconds>("7d"), milliseconds(604'800'000));
    EXPECT_EQ(read<milliseconds>("86400000"), milliseconds(86'400'000));
    EXPECT_EQ(read<milliseconds>("1500us"), milliseconds(1));
    EXPECT_EQ(refusal<milliseconds>("soon"), "'soon' is not a whole number");
    EXPECT_FALSE(refusal<milliseconds>("1w").empty());
    EXPECT_FALSE(refusal<milliseconds>("99999999999999999999").empty());
    EXPECT_FALSE(refusal<milliseconds>("999999999999999d").empty());
}

TEST(Setting, reads_shares_and_lists) {
    EXPECT_EQ(read<double>("0.25"), 0.25);
    EXPECT_FALSE(refusal<double>("nan").empty());
    EXPECT_FALSE(refusal<double>("0.5x").empty());
    using List = std::vector<std::string>;
    EXPECT_EQ(read<List>("a, b ,,c"), (List{"a", "b", "c"}));
    EXPECT_EQ(read<List>(""), List{});
}

TEST(Setting, shows_a_value_in_a_form_that_it_reads) {
    EXPECT_EQ(written_value(milliseconds(10'000)), "10s");
    EXPECT_EQ(written_value(milliseconds(86'400'000)), "1d");
    EXPECT_EQ(written_value(milliseconds(1'500)), "1500ms");
    EXPECT_EQ(written_value(milliseconds(0)), "0ms");
    EXPECT_EQ(written_value(seconds(300)), "5m");
    EXPECT_EQ(written_value(0.5), "0.5");
    EXPECT_EQ(written_value(true), "true");
    EXPECT_EQ(written_value(std::vector<std::string>{"a", "b"}), "a,b");
    for (const milliseconds time :
         {milliseconds(1), milliseconds(61'000), milliseconds(7'200'000)}) {
        EXPECT_EQ(read<milliseconds>(written_value(time)), time);
    }
}

TEST(Setting, writes_the_field_it_was_made_for) {
    std::uint16_t port = 9411;
    Setting setting = make_setting("port", port, {"QUERY_PORT"}, "Port");
    EXPECT_EQ(setting.get(), "9411");
    EXPECT_TRUE(setting.set("80").has_value());
    EXPECT_EQ(port, 80);
    EXPECT_FALSE(setting.set("x").has_value());
    EXPECT_EQ(setting.value_name, "N");
    EXPECT_FALSE(setting.is_switch);
    EXPECT_EQ(own_variable("scribe-port"), "CLEW_SERVE_SCRIBE_PORT");
}

}  // namespace
}  // namespace clew::app
