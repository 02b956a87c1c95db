// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small questions about UTF-8 text that several floors ask: names of services and spans are folded
// to lower case on arrival, texts from applications may hold bytes that are no text at all. Nothing
// here depends on a locale.
//
// Threads: pure functions.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace clew {

// True when lower_case() would change the text: a quick no for the usual all-lower-case names.
bool has_upper_case(std::string_view text) noexcept;

// Appends the text in lower case as Java's toLowerCase(Locale.ROOT) folds Zipkin's names: Unicode's
// one-to-one mappings, a sigma at the end of a word becomes "ς", "İ" becomes
// "i̇" (two code points). Bytes that are not valid UTF-8 pass through unchanged.
void append_lower_case(std::string_view text, std::string& out);
std::string lower_case(std::string_view text);

// One byte: A to Z folded, all others as they are.
constexpr char ascii_lower_case(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
// A to Z compared without case, as the names and tokens of HTTP are; all other bytes as they are.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

// Without leading and trailing bytes of value 0x20 and below, which is what Java's trim() takes.
std::string_view trim(std::string_view text) noexcept;

// True when no byte is above 0x7f, as in nearly every text of a trace: a few steps of eight bytes.
bool is_ascii(std::string_view text) noexcept;

bool is_valid_utf8(std::string_view text) noexcept;

// How many bytes at the front of `text`, which are not valid UTF-8, Java's decoder replaces by one
// U+FFFD: 1 to 3. A sequence that is cut counts as one, and so does a surrogate.
// Requires: decode_utf8(text) is 0.
std::size_t malformed_utf8_size(std::string_view text) noexcept;

inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD

// Appends the text, with U+FFFD for what is not valid UTF-8: the one rule for odd bytes in every
// format, and the one by which Zipkin reads them.
void append_valid_utf8(std::string_view text, std::string& out);

// Decodes one code point at the front of `text`; returns its length in bytes, 0 when invalid.
// Requires: text is not empty.
std::size_t decode_utf8(std::string_view text, char32_t& code_point) noexcept;

inline bool is_ascii(std::string_view text) noexcept {
    constexpr std::uint64_t kHighBits = 0x8080'8080'8080'8080;
    const char* at = text.data();
    std::uint64_t bits = 0;
    std::uint64_t bytes = 0;
    if (text.size() < sizeof(bytes)) {
        for (const char c : text) bits |= static_cast<unsigned char>(c);
        return (bits & 0x80) == 0;
    }
    const char* last = at + text.size() - sizeof(bytes);
    for (; at < last; at += sizeof(bytes)) {
        std::memcpy(&bytes, at, sizeof(bytes));
        bits |= bytes;
    }
    std::memcpy(&bytes, last, sizeof(bytes));  // overlaps with what was seen, unless it fits
    return ((bits | bytes) & kHighBits) == 0;
}

}  // namespace clew
