// SPDX-License-Identifier: Apache-2.0
#include "clew/base/text.h"

#include <algorithm>
#include <cstring>

#include "clew/base/internal/letter_case.h"

namespace clew {

namespace {

bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

void append_utf8(char32_t code_point, std::string& out) {
    const auto byte = [&out](char32_t value) { out.push_back(static_cast<char>(value)); };
    if (code_point < 0x80) {
        byte(code_point);
    } else if (code_point < 0x800) {
        byte(0xc0 | code_point >> 6);
        byte(0x80 | (code_point & 0x3f));
    } else if (code_point < 0x10000) {
        byte(0xe0 | code_point >> 12);
        byte(0x80 | (code_point >> 6 & 0x3f));
        byte(0x80 | (code_point & 0x3f));
    } else {
        byte(0xf0 | code_point >> 18);
        byte(0x80 | (code_point >> 12 & 0x3f));
        byte(0x80 | (code_point >> 6 & 0x3f));
        byte(0x80 | (code_point & 0x3f));
    }
}

// Eight bytes at once; also true when there is a byte above 0x7f.
bool may_have_upper_case(std::uint64_t bytes) noexcept {
    constexpr std::uint64_t kEach = 0x0101'0101'0101'0101;
    constexpr std::uint64_t kHighBits = 0x80 * kEach;
    const std::uint64_t from_a = (bytes & ~kHighBits) + (0x80 - 'A') * kEach;
    const std::uint64_t beyond_z = (bytes & ~kHighBits) + (0x7f - 'Z') * kEach;
    return (((from_a & ~beyond_z) | bytes) & kHighBits) != 0;
}

}  // namespace

std::size_t decode_utf8(std::string_view text, char32_t& code_point) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        code_point = first;
        return 1;
    }
    const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) return 0;
    char32_t value = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(text[i])) return 0;
        value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3f);
    }
    constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < kSmallest[size] || value > 0x10ffff || surrogate) return 0;
    code_point = value;
    return size;
}

std::size_t malformed_utf8_size(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80; };
    if (first < 0xe0 || first > 0xf4 || !continues(1)) return 1;
    if (first < 0xf0) {
        if (first == 0xe0 && second < 0xa0) return 1;  // overlong
        return continues(2) ? 3 : 2;
    }
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 1;
    return continues(2) ? 3 : 2;
}

bool has_upper_case(std::string_view text) noexcept {
    std::size_t i = 0;
    for (std::uint64_t bytes = 0; text.size() - i >= sizeof(bytes); i += sizeof(bytes)) {
        std::memcpy(&bytes, text.data() + i, sizeof(bytes));
        if (may_have_upper_case(bytes)) break;
    }
    while (i < text.size()) {
        const char c = text[i];
        if (c >= 'A' && c <= 'Z') return true;
        if (static_cast<unsigned char>(c) < 0x80) {
            ++i;
            continue;
        }
        char32_t code_point = 0;
        const std::size_t size = decode_utf8(text.substr(i), code_point);
        const bool is_upper = lower_case_of(code_point) != code_point;
        if (size != 0 && (is_upper || code_point == kDottedCapitalI)) return true;
        i += std::max<std::size_t>(size, 1);
    }
    return false;
}

void append_lower_case(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size();) {
        char32_t code_point = 0;
        const std::size_t size = decode_utf8(text.substr(i), code_point);
        if (size == 0) {
            out.push_back(text[i++]);
        } else if (size == 1) {
            out.push_back(ascii_lower_case(text[i++]));
        } else if (code_point == kDottedCapitalI) {
            out.append("i\xcc\x87");
            i += size;
        } else {
            const bool ends_word = code_point == kSigma && is_last_letter(text, i, size);
            append_utf8(ends_word ? kFinalSigma : lower_case_of(code_point), out);
            i += size;
        }
    }
}

std::string lower_case(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append_lower_case(text, out);
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return ascii_lower_case(x) == ascii_lower_case(y);
           });
}

std::string_view trim(std::string_view text) noexcept {
    const auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_valid_utf8(std::string_view text) noexcept {
    if (is_ascii(text)) return true;
    for (std::size_t i = 0; i < text.size();) {
        char32_t code_point = 0;
        const std::size_t size = decode_utf8(text.substr(i), code_point);
        if (size == 0) return false;
        i += size;
    }
    return true;
}

void append_valid_utf8(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size();) {
        char32_t code_point = 0;
        const std::size_t size = decode_utf8(text.substr(i), code_point);
        if (size == 0) {
            out.append(kReplacementCharacter);
            i += malformed_utf8_size(text.substr(i));
        } else {
            out.append(text.substr(i, size));
            i += size;
        }
    }
}

}  // namespace clew
