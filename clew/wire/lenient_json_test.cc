// SPDX-License-Identifier: Apache-2.0
// Goal: what Zipkin's reader takes and a strict one does not becomes strict JSON of the same
// meaning, and nothing else changes. Method: texts, each beside what it becomes.
#include "clew/wire/lenient_json.h"

#include <gtest/gtest.h>

namespace clew::wire {
namespace {

using std::string_literals::operator""s;

constexpr std::size_t kMax = 1'000'000;

// The new text; "=" when nothing changes.
std::string strict(std::string_view text) {
    auto result = as_strict_json(text, kMax, 0);
    if (!result) return result.error().message;
    return *result ? (*result)->text : "=";
}

// The same inside of a string.
std::string strict_string(const std::string& text) {
    const std::string result = strict("[\"" + text + "\"]");
    return result == "=" ? result : result.substr(2, result.size() - 4);
}

TEST(LenientJson, leaves_strict_json_alone) {
    for (const char* text :
         {"[]",
          " [ {} ]\n",
          R"(["\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é日💩"])",
          "[true,false,null,1e9]",
          R"({"a":[{"b":"]"}],"c":"}"})"}) {
        EXPECT_EQ(strict(text), "=") << text;
    }
}

TEST(LenientJson, writes_a_question_mark_for_half_a_surrogate_pair) {
    EXPECT_EQ(strict_string(R"(a\ud83d)"), "a?");
    EXPECT_EQ(strict_string(R"(\uDE00z)"), "?z");
    EXPECT_EQ(strict_string(R"(\ud83d\n)"), R"(?\n)");
    EXPECT_EQ(strict_string(R"(\ud83dx)"), "?x");
    EXPECT_EQ(strict_string(R"(\ude00\ud83d)"), "??");
    EXPECT_EQ(strict_string(R"(\ud83d\ud83d\ude00)"), R"(?\ud83d\ude00)");
    EXPECT_EQ(strict_string(R"(\ud83d\u0041)"), R"(?\u0041)");
    EXPECT_EQ(strict_string(R"(\\ud83d)"), "=");
}

TEST(LenientJson, replaces_bytes_that_are_not_utf8) {
    EXPECT_EQ(strict_string("caf\xe9"), "caf\ufffd");
    EXPECT_EQ(strict_string("\xf0\x9f\x98"), "\ufffd");
    EXPECT_EQ(strict_string("\xed\xa0\xbd\xff"), "\ufffd\ufffd");
    EXPECT_EQ(strict_string("\xe2\x82\\n"), "\ufffd\\n");
}

TEST(LenientJson, keeps_raw_control_characters) {
    EXPECT_EQ(strict_string("a\n\tb\r\b\f"), R"(a\n\tb\r\b\f)");
    EXPECT_EQ(strict_string("\0\x1b\x1f"s), R"(\u0000\u001b\u001f)");
    EXPECT_EQ(strict_string("\x7f"), "=");
}

TEST(LenientJson, takes_an_escaped_apostrophe_and_an_escaped_line_feed) {
    EXPECT_EQ(strict_string(R"(it\'s)"), "it's");
    EXPECT_EQ(strict_string("a\\\nb"), R"(a\nb)");
    EXPECT_EQ(strict_string("a\\\rb"), "=");  // Zipkin takes no other
}

TEST(LenientJson, changes_keys_as_it_changes_values) {
    EXPECT_EQ(strict("{\"\xff\":{\"a\nb\":1}}"), "{\"\ufffd\":{\"a\\nb\":1}}");
}

TEST(LenientJson, takes_keywords_in_any_case) {
    EXPECT_EQ(strict("[True,FALSE,nUll]"), "[true,false,null]");
    EXPECT_EQ(strict("[Truex,Nan,trues]"), "=");
    EXPECT_EQ(strict_string("True"), "=");
}

TEST(LenientJson, does_not_read_behind_the_first_value) {
    EXPECT_EQ(strict("[1]]"), "[1]");
    EXPECT_EQ(strict(" [[]]\n[2]"), " [[]]");
    EXPECT_EQ(strict("[\"]\"]\xff\""), "[\"]\"]");
    const auto result = as_strict_json("[1] \n x\n", kMax, 0);
    ASSERT_TRUE(result.has_value() && result->has_value());
    EXPECT_EQ((*result)->bytes_behind, 2U);
}

TEST(LenientJson, leaves_what_is_wrong_for_the_strict_reader) {
    for (const char* text :
         {"",
          "[",
          "[\"",
          "[\"\\",
          "[\"\\u",
          "[\"\\u12",
          "[\"\\u00zz\"]",
          "[1,]",
          "[\"a]",
          "['a']",
          "// x\n[]",
          "[\"\\x\"]"}) {
        EXPECT_EQ(strict(text), "=") << text;
    }
    EXPECT_EQ(strict("[\"\xff\\x\"]"), "[\"\ufffd\\x\"]");
    EXPECT_EQ(strict("]"), "=");
    EXPECT_EQ(strict("[\"\n"), "[\"\\n");
}

TEST(LenientJson, bytes_max_is_the_last_size_that_passes) {
    const std::string text = "[\"\1\"]";  // 10 bytes when escaped
    EXPECT_TRUE(as_strict_json(text, 10, 0).has_value());
    const auto refused = as_strict_json(text, 9, 0);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::limit_exceeded);
}

TEST(LenientJson, has_room_behind_the_text) {
    const auto result = as_strict_json("[\"\n\"]", kMax, 64);
    ASSERT_TRUE(result.has_value() && result->has_value());
    EXPECT_GE((*result)->text.capacity(), (*result)->text.size() + 64);
}

}  // namespace
}  // namespace clew::wire
