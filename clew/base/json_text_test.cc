// SPDX-License-Identifier: Apache-2.0
// Goal: strings are escaped byte for byte as Zipkin's writer does it.
#include "clew/base/json_text.h"

#include <gtest/gtest.h>

namespace clew {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
}

TEST(JsonText, leaves_plain_text_and_utf8_alone) {
    EXPECT_EQ(quoted(""), "\"\"");
    EXPECT_EQ(quoted("a/b é 💩 \x7f"), "\"a/b é 💩 \x7f\"");
}

TEST(JsonText, escapes_quotes_backslashes_and_controls) {
    EXPECT_EQ(quoted("\"\\"), R"("\"\\")");
    EXPECT_EQ(quoted("\t\b\n\r\f"), R"("\t\b\n\r\f")");
    EXPECT_EQ(quoted(std::string_view("\0\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
}

TEST(JsonText, escapes_the_two_line_separators_and_not_their_neighbours) {
    EXPECT_EQ(quoted("a\u2028b\u2029c"), R"("a\u2028b\u2029c")");
    EXPECT_EQ(quoted("\u2027\u202a"), "\"\u2027\u202a\"");
    EXPECT_EQ(quoted("\xe2\x80"), "\"\xe2\x80\"") << "a cut sequence is passed on as it is";
}

}  // namespace
}  // namespace clew
