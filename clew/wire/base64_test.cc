// SPDX-License-Identifier: Apache-2.0
// Goal: base64 is read as Java's MIME decoder reads it, by whichever kernel the processor offers.
// Method: fixed texts for each rule; random bytes with random line breaks against a plain decoder.
#include "clew/wire/base64.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "clew/wire/internal/base64_kernel.h"

namespace clew::wire {
namespace {

using std::string_view_literals::operator""sv;

// A buffer of exactly the promised size, so that the address sanitizer sees a byte too many.
Expected<std::string> decode(std::string_view text) {
    std::vector<char> room(base64_decoded_bytes_max(text.size()));
    const Expected<std::size_t> size = decode_base64_mime(text, room.data());
    if (!size) return size.error();
    return std::string(room.data(), *size);
}

std::string encode(std::string_view bytes) {
    std::string text;
    append_base64(bytes, text);
    return text;
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    return bytes;
}

std::string with_line_breaks(std::string_view text, std::size_t line, std::string_view line_break) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += line) {
        result.append(text.substr(at, line)).append(line_break);
    }
    return result;
}

// The slow and obvious way for texts that are known to be valid.
std::string decode_plainly(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto value = kBase64Alphabet.find(c);
        if (value == std::string_view::npos) continue;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes.push_back(static_cast<char>(bits >> count & 0xff));
    }
    return bytes;
}

TEST(Base64, writes_the_examples_of_rfc_4648) {
    EXPECT_EQ(encode(""), "");
    EXPECT_EQ(encode("f"), "Zg==");
    EXPECT_EQ(encode("fo"), "Zm8=");
    EXPECT_EQ(encode("foo"), "Zm9v");
    EXPECT_EQ(encode("foob"), "Zm9vYg==");
    EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, appends_behind_what_is_there) {
    std::string text = "text ";
    append_base64("fo", text);
    EXPECT_EQ(text, "text Zm8=");
}

TEST(Base64, reads_the_examples_of_rfc_4648) {
    EXPECT_EQ(*decode(""), "");
    EXPECT_EQ(*decode("Zg=="), "f");
    EXPECT_EQ(*decode("Zm8="), "fo");
    EXPECT_EQ(*decode("Zm9v"), "foo");
    EXPECT_EQ(*decode("Zm9vYmFy"), "foobar");
}

TEST(Base64, needs_no_padding) {
    EXPECT_EQ(*decode("Zg"), "f");
    EXPECT_EQ(*decode("Zm8"), "fo");
}

TEST(Base64, ignores_every_byte_outside_the_alphabet) {
    EXPECT_EQ(*decode("Z\r\nm 9\tv-_\xff\x80Ym\0Fy\n"sv), "foobar");
    EXPECT_EQ(*decode("\n"), "");
    EXPECT_EQ(*decode("Zg==\r\n"), "f");
}

TEST(Base64, ignores_padding_behind_the_padding) { EXPECT_EQ(*decode("Zm8===\n="), "fo"); }

TEST(Base64, refuses_a_group_of_one_character) {
    for (const char* text : {"Z", "Zm9vY", "Z=", "Z==="}) {
        const auto decoded = decode(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().message, "base64: the last group has one character");
    }
}

TEST(Base64, refuses_half_a_padding) {
    for (const char* text : {"Zg=", "Zg=\n=", "Zg=g"}) {
        const auto decoded = decode(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().message, "base64: one '=' where two belong");
        EXPECT_EQ(decoded.error().code, Code::malformed);
    }
}

TEST(Base64, refuses_padding_that_begins_a_group) {
    for (const char* text : {"=", "Zm9v=", "\n==", "Zm9v\n="}) {
        const auto decoded = decode(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().message, "base64: padding begins a group");
    }
}

TEST(Base64, refuses_text_behind_the_padding) {
    for (const char* text : {"Zg==Zg==", "Zm8=Z", "Zm8=\nZm8="}) {
        const auto decoded = decode(text);
        ASSERT_FALSE(decoded) << text;
        EXPECT_EQ(decoded.error().message, "base64: text goes on after its padding");
    }
}

TEST(Base64, comes_back_for_every_size_and_line_length) {
    std::mt19937_64 random(20240601);
    for (std::size_t size = 0; size < 300; ++size) {
        const std::string bytes = random_bytes(random, size);
        const std::string text = encode(bytes);
        ASSERT_EQ(*decode(text), bytes) << size;
        ASSERT_EQ(*decode(with_line_breaks(text, 76, "\r\n")), bytes) << size;
        ASSERT_EQ(*decode(with_line_breaks(text, 4 + random() % 20 * 4, "\n")), bytes) << size;
        ASSERT_EQ(*decode(text + "\n"), bytes) << size;
    }
}

TEST(Base64, agrees_with_the_plain_decoder_wherever_a_foreign_byte_stands) {
    std::mt19937_64 random(7);
    const std::string bytes = random_bytes(random, 96);
    const std::string text = encode(bytes);
    for (std::size_t at = 0; at <= text.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            const char c = static_cast<char>(byte);
            if (c == '=' || kBase64Alphabet.find(c) != std::string_view::npos) continue;
            std::string disturbed = text;
            disturbed.insert(at, 1, c);
            ASSERT_EQ(*decode(disturbed), bytes) << "byte " << byte << " at " << at;
        }
    }
}

TEST(Base64, agrees_with_the_plain_decoder_on_random_text) {
    std::mt19937_64 random(99);
    int refused = 0;
    for (int round = 0; round < 5000; ++round) {
        std::string text = encode(random_bytes(random, random() % 200));
        for (auto changes = random() % 4; changes > 0 && !text.empty(); --changes) {
            text[random() % text.size()] = static_cast<char>(random());
        }
        const auto decoded = decode(text);
        refused += decoded ? 0 : 1;
        if (!decoded) continue;
        ASSERT_EQ(*decoded, decode_plainly(text.substr(0, text.find('=')))) << text;
    }
    EXPECT_GT(refused, 0);
    EXPECT_LT(refused, 5000);
}

TEST(Base64Kernel, stops_in_front_of_the_first_broken_group) {
    std::string text(400, 'Q');
    text[203] = '\n';
    std::vector<char> room(base64_decoded_bytes_max(text.size()));
    EXPECT_EQ(decode_groups_by_table(text, room.data()), 200U);
    if (has_base64_avx2()) {
        EXPECT_EQ(decode_groups_by_avx2(text, room.data()), 200U);
    }
}

TEST(Base64Kernel, gives_the_same_bytes_with_and_without_avx2) {
    if (!has_base64_avx2()) GTEST_SKIP() << "this processor has no AVX2";
    std::mt19937_64 random(3);
    for (std::size_t size = 0; size < 500; ++size) {
        std::string text(size, '\0');
        for (char& c : text) c = kBase64Alphabet[random() % 64];
        std::vector<char> one(base64_decoded_bytes_max(size));
        std::vector<char> other(base64_decoded_bytes_max(size));
        const std::size_t used = decode_groups_by_table(text, one.data());
        ASSERT_EQ(used, size / 4 * 4);
        ASSERT_EQ(decode_groups_by_avx2(text, other.data()), used);
        one.resize(used / 4 * 3);
        other.resize(used / 4 * 3);
        ASSERT_EQ(one, other) << size;
    }
}

}  // namespace
}  // namespace clew::wire
