// SPDX-License-Identifier: Apache-2.0
// Goal: lower case and UTF-8 without a locale. Method: letters of several scripts, broken bytes.
#include "clew/base/text.h"

#include <gtest/gtest.h>

namespace clew {
namespace {

TEST(LowerCase, folds_ascii_and_other_scripts) {
    EXPECT_EQ(lower_case("GET /Thumb"), "get /thumb");
    EXPECT_EQ(lower_case("ÄÖÜ ÉÑ"), "äöü éñ");
    EXPECT_EQ(lower_case("ΑΒΓ ДЖЯ ԱԲ"), "αβγ джя աբ");
    EXPECT_EQ(lower_case("ŁĐĀŽ"), "łđāž");
    EXPECT_EQ(lower_case("ẞ Ⴀ 𐐀"), "ß ⴀ 𐐨");
}

TEST(LowerCase, leaves_what_has_no_case) {
    for (const char* text : {"", "abc", "日本語", "💩", "ß", "1-2_3"}) {
        EXPECT_EQ(lower_case(text), text);
        EXPECT_FALSE(has_upper_case(text));
    }
}

TEST(LowerCase, sees_upper_case_before_folding) {
    for (const char* text : {"A", "aB", "äÖ", "日本A", "𐐀"})
        EXPECT_TRUE(has_upper_case(text)) << text;
}

// As Java folds them, which Zipkin does: measured there.
TEST(LowerCase, knows_the_last_sigma_of_a_word) {
    EXPECT_EQ(lower_case("ΟΔΟΣ"), "οδος");
    EXPECT_EQ(lower_case("Σ"), "σ");
    EXPECT_EQ(lower_case("ΣΑΣ Σ ΑΣ/ΑΣ"), "σας σ ας/ας");
    EXPECT_EQ(lower_case("aΣ"), "aς");
    EXPECT_EQ(lower_case("ΑΣ-Σ"), "ασ-ς");
    EXPECT_EQ(lower_case("ΑΣ--Σ"), "ας--σ");
    EXPECT_EQ(lower_case("ΟΔΟΣ1 ΟΔΟΣ1Α"), "οδος1 οδοσ1α");
    EXPECT_EQ(lower_case("Α\u0301Σ\u0301"), "α\u0301ς\u0301");
    EXPECT_EQ(lower_case("ΣΣΣ"), "σσς");
    EXPECT_EQ(lower_case("Α\xffΣ"), "α\xffσ");
}

TEST(LowerCase, folds_the_dotted_capital_i_to_two_code_points) {
    EXPECT_EQ(lower_case("İSTANBUL"), "i\u0307stanbul");
    EXPECT_TRUE(has_upper_case("İ"));
    EXPECT_FALSE(has_upper_case("i\u0307"));
}

TEST(LowerCase, passes_broken_bytes_on) {
    EXPECT_EQ(lower_case("A\xff\xc3Z"), "a\xff\xc3z");
    EXPECT_FALSE(has_upper_case("\xff\xc3"));
}

TEST(Trim, removes_everything_up_to_a_space) {
    EXPECT_EQ(trim(" \t\n a b \r\n"), "a b");
    EXPECT_EQ(trim(std::string_view("\0a\0", 3)), "a");
    EXPECT_EQ(trim("   "), "");
}

TEST(Utf8, knows_valid_sequences) {
    for (const char* text : {"", "a", "é", "日", "💩", "\u07ff", "\u0800", "\uffff", "\U0010ffff"}) {
        EXPECT_TRUE(is_valid_utf8(text)) << text;
    }
}

TEST(Utf8, refuses_overlong_surrogate_and_cut_sequences) {
    for (const char* text :
         {"\x80",
          "\xc0\x80",
          "\xc1\xbf",
          "\xe0\x80\x80",
          "\xed\xa0\x80",
          "\xf0\x80\x80\x80",
          "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80",
          "\xc3",
          "\xe2\x82",
          "\xf0\x9f\x92",
          "\xc3(",
          "\xff"}) {
        EXPECT_FALSE(is_valid_utf8(text)) << text;
    }
}

std::string valid(std::string_view text) {
    std::string out;
    append_valid_utf8(text, out);
    return out;
}

TEST(Utf8, replaces_what_belongs_nowhere) {
    EXPECT_EQ(
        valid("a\xff"
              "b\xe2\x82"
              "c💩"),
        "a\ufffdb\ufffdc💩"
    );
}

// How many, as Java's decoder counts: Zipkin stores what that makes of odd bytes.
TEST(Utf8, replaces_a_cut_sequence_and_a_surrogate_as_one) {
    for (const char* one :
         {"\xc3",
          "\xe2\x82",
          "\xf0",
          "\xf0\x9f",
          "\xf0\x9f\x98",
          "\xed\xa0\xbd",
          "\xed\xa0",
          "\x80"}) {
        EXPECT_EQ(valid(one), "\ufffd") << one;
        EXPECT_EQ(valid(std::string(one) + "\"z"), "\ufffd\"z") << one;
    }
}

TEST(Utf8, replaces_each_byte_of_what_can_be_no_sequence) {
    EXPECT_EQ(valid("\xc0\x80"), "\ufffd\ufffd");
    EXPECT_EQ(valid("\xe0\x80\x80"), "\ufffd\ufffd\ufffd");
    EXPECT_EQ(valid("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
    EXPECT_EQ(valid("\xf0\x80\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
    EXPECT_EQ(valid("\xff\xfe\xf8\x80"), "\ufffd\ufffd\ufffd\ufffd");
    EXPECT_EQ(valid("\x80\xbf"), "\ufffd\ufffd");
}

TEST(Text, finds_the_one_byte_that_is_not_ascii) {
    for (std::size_t size = 0; size < 40; ++size) {
        EXPECT_TRUE(is_ascii(std::string(size, 'a'))) << size;
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, '\x7f');
            text[at] = '\x80';
            EXPECT_FALSE(is_ascii(text)) << at << " of " << size;
            EXPECT_FALSE(is_valid_utf8(text)) << at << " of " << size;
        }
    }
}

TEST(Text, finds_the_one_letter_that_is_upper_case) {
    for (int byte = 0; byte < 128; ++byte) {
        const char c = static_cast<char>(byte);
        for (std::size_t size = 1; size < 20; ++size) {
            std::string text(size, 'z');
            for (std::size_t at = 0; at < size; ++at) {
                text[at] = c;
                EXPECT_EQ(has_upper_case(text), c >= 'A' && c <= 'Z') << byte << " at " << at;
                text[at] = 'z';
            }
        }
    }
    EXPECT_TRUE(has_upper_case("aaaaaaaaaaaaaa\xc3\x84"));
    EXPECT_FALSE(has_upper_case("aaaaaaaaaaaaaa\xc3\xa4"));
    EXPECT_TRUE(has_upper_case("aaaaaaa\xc3\xa4 aaaaaaaaaaB"));
}

TEST(Text, compares_names_of_headers_without_case) {
    EXPECT_TRUE(equals_ignoring_case("", ""));
    EXPECT_TRUE(equals_ignoring_case("X-B3-TraceId", "x-b3-traceid"));
    EXPECT_FALSE(equals_ignoring_case("abc", "ab"));
    EXPECT_FALSE(equals_ignoring_case("\xc3\x84", "\xc3\xa4"));  // letters, but no ASCII
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const bool is_upper = c >= 'A' && c <= 'Z';
        EXPECT_EQ(ascii_lower_case(c), is_upper ? static_cast<char>(c + 32) : c) << byte;
    }
    EXPECT_FALSE(equals_ignoring_case("@", "`"));  // next to the letters, 32 apart
    EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

}  // namespace
}  // namespace clew
