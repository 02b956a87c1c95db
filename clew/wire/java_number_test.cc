// SPDX-License-Identifier: Apache-2.0
// Goal: numbers mean what they mean to Zipkin. Method: texts and what Java 17 makes of them.
#include "clew/wire/java_number.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace clew::wire {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

std::string read(std::string_view text) {
    std::int64_t number = 0;
    switch (read_java_long(text, number)) {
        case JavaNumber::whole: return std::to_string(number);
        case JavaNumber::not_whole: return "not whole";
        case JavaNumber::none: return "none";
    }
    return "?";
}

TEST(JavaNumber, reads_whole_numbers_in_every_form) {
    for (const char* twelve :
         {"12",
          "+12",
          " 12 ",
          "012",
          "12.0",
          "12.",
          "1.2e1",
          "120E-1",
          "12d",
          "12.0F",
          "0xCp0",
          "0x1.8p3",
          "0xcp0d",
          "+12.0"}) {
        EXPECT_EQ(read(twelve), "12") << twelve;
    }
    EXPECT_EQ(read("-12"), "-12");
    EXPECT_EQ(read("-0"), "0");
    EXPECT_EQ(read("-1.5e1"), "-15");
    EXPECT_EQ(read("1e-999"), "0");
    EXPECT_EQ(read("0e99999"), "0");
}

TEST(JavaNumber, keeps_what_a_double_would_round) {
    EXPECT_EQ(read("9007199254740993"), "9007199254740993");
    EXPECT_EQ(read("+9007199254740993"), "9007199254740993");
    EXPECT_EQ(read("9223372036854775807"), std::to_string(kMax));
    EXPECT_EQ(read("-9223372036854775808"), std::to_string(kMin));
}

// 2^63 is what the largest long is as a double, so Java does not see that it is too large.
TEST(JavaNumber, takes_what_rounds_to_two_to_the_63_for_the_largest) {
    EXPECT_EQ(read("9223372036854775808"), std::to_string(kMax));
    EXPECT_EQ(read("9223372036854776832"), std::to_string(kMax));
    EXPECT_EQ(read("9223372036854776833"), "not whole");
    EXPECT_EQ(read("-9223372036854775809"), std::to_string(kMin));
    EXPECT_EQ(read("-9223372036854777857"), "not whole");
}

TEST(JavaNumber, knows_what_has_a_fraction_or_no_bounds) {
    for (const char* text :
         {"1.5",
          "-0.1",
          "1e19",
          "1e999",
          "-1e999",
          "NaN",
          "-Infinity",
          "123456789012345678901234567890"}) {
        EXPECT_EQ(read(text), "not whole") << text;
    }
}

TEST(JavaNumber, tells_too_large_from_too_small_for_a_double) {
    EXPECT_EQ(read("0" + std::string(310, '1')), "not whole");
    EXPECT_EQ(read("0." + std::string(400, '0') + "1"), "0");
    EXPECT_EQ(read("1e-999"), "0");
    EXPECT_EQ(read("0x1ep-99999"), "0");
    EXPECT_EQ(read("0x1ep99999"), "not whole");
}

TEST(JavaNumber, knows_what_is_not_a_number) {
    for (const char* text :
         {"",
          " ",
          "a while",
          "12 3",
          "--1",
          "+-1",
          "1e",
          "e1",
          ".",
          "0x",
          "0x12",
          "nan",
          "inf",
          "infinity",
          "1_000",
          "12dd",
          "d",
          "12\xc2\xa0"}) {
        EXPECT_EQ(read(text), "none") << text;
    }
}

TEST(JsonNumber, is_what_the_grammar_says_at_any_size) {
    for (const char* text : {"0", "-0", "12", "1.50", "1e999", "-1E+9", "0.1e-2", "1e1"}) {
        EXPECT_TRUE(is_json_number(text)) << text;
    }
    for (const char* text :
         {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1 2", "NaN", "0x1", "1\1"}) {
        EXPECT_FALSE(is_json_number(text)) << text;
    }
}

}  // namespace
}  // namespace clew::wire
