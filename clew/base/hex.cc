// SPDX-License-Identifier: Apache-2.0
#include "clew/base/hex.h"

#include <algorithm>
#include <array>

namespace clew {

namespace {

// The value of a digit, or -1.
constexpr std::array<std::int8_t, 256> make_digit_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::int8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
    for (std::int8_t i = 0; i < 6; ++i) {
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(10 + i);
    }
    return values;
}

constexpr std::array<std::int8_t, 256> kDigitValues = make_digit_values();

int digit_value(char c) noexcept { return kDigitValues[static_cast<unsigned char>(c)]; }

}  // namespace

void write_hex16(std::uint64_t value, char* out) noexcept {
    constexpr char kDigits[] = "0123456789abcdef";
    for (int i = 15; i >= 0; --i) {
        out[i] = kDigits[value & 0xf];
        value >>= 4;
    }
}

std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    int bad = 0;
    for (const char c : text) {
        const int digit = digit_value(c);
        bad |= digit;
        value = value << 4 | static_cast<std::uint64_t>(digit & 0xf);
    }
    if (bad < 0) return std::nullopt;
    return value;
}

bool is_lower_hex(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return digit_value(c) >= 0; });
}

}  // namespace clew
