// SPDX-License-Identifier: Apache-2.0
// Goal: ids are written and read as lower-case hexadecimal and nothing else passes.
#include "clew/base/hex.h"

#include <string>

#include <gtest/gtest.h>

namespace clew {
namespace {

std::string hex16(std::uint64_t value) {
    std::string text(16, '?');
    write_hex16(value, text.data());
    return text;
}

TEST(Hex, writes_sixteen_digits) {
    EXPECT_EQ(hex16(0), "0000000000000000");
    EXPECT_EQ(hex16(0xabc), "0000000000000abc");
    EXPECT_EQ(hex16(0xfedcba9876543210), "fedcba9876543210");
}

TEST(Hex, reads_what_it_writes) {
    for (const std::uint64_t value : {0ULL, 1ULL, 0xabcULL, ~0ULL, 0x8000000000000000ULL}) {
        EXPECT_EQ(parse_hex(hex16(value)), value);
    }
}

TEST(Hex, reads_short_texts) {
    EXPECT_EQ(parse_hex("a"), 0xaU);
    EXPECT_EQ(parse_hex("00"), 0U);
}

TEST(Hex, refuses_everything_else) {
    for (const char* text :
         {"", "A", "g", "0x1", " 1", "1 ", "-1", "00000000000000001", "1\xc3\xa9"}) {
        EXPECT_EQ(parse_hex(text), std::nullopt) << text;
    }
}

TEST(Hex, every_byte_is_a_digit_or_is_not) {
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        EXPECT_EQ(is_lower_hex({&c, 1}), digit) << byte;
        EXPECT_EQ(parse_hex({&c, 1}).has_value(), digit) << byte;
    }
    EXPECT_TRUE(is_lower_hex(""));
}

}  // namespace
}  // namespace clew
