// SPDX-License-Identifier: Apache-2.0
#include "clew/wire/java_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "clew/base/text.h"

namespace clew::wire {

namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// Takes the digits at the front away; false when there are none.
bool take_digits(std::string_view& text) noexcept {
    const std::size_t before = text.size();
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
    return text.size() != before;
}

std::string_view without_suffix(std::string_view text) noexcept {
    constexpr std::string_view kSuffixes = "fFdD";
    const bool has_suffix = kSuffixes.find(text.back()) != std::string_view::npos;
    return has_suffix ? text.substr(0, text.size() - 1) : text;
}

// A number too large for a double is infinite, one too small is zero: from_chars() says the same of
// both.
double out_of_range(std::string_view text, std::chars_format format) noexcept {
    const char* const letters = format == std::chars_format::hex ? "pP" : "eE";
    const std::size_t exponent = text.find_first_of(letters);
    const bool has_exponent = exponent != std::string_view::npos;
    const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
    const bool is_small =
        has_exponent ? text.substr(exponent + 1).starts_with('-') : text[first] == '.';
    return is_small ? 0 : std::numeric_limits<double>::infinity();
}

// `text` has no sign. False when it is not a number.
bool read_double(std::string_view text, double& value) noexcept {
    if (text == "NaN" || text == "Infinity") {
        value = std::numeric_limits<double>::infinity();
        return true;
    }
    if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) return false;
    auto format = std::chars_format::general;
    const bool is_hex = text.size() > 2 && text[0] == '0' && ascii_lower_case(text[1]) == 'x';
    if (is_hex) {
        // The exponent is what tells a suffix from a digit, and must be there.
        if (text.find_first_of("pP") == std::string_view::npos) return false;
        text.remove_prefix(2);
        format = std::chars_format::hex;
    }
    text = without_suffix(text);
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value, format);
    if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return false;
    if (parsed.ec == std::errc::result_out_of_range) value = out_of_range(text, format);
    return true;
}

}  // namespace

bool is_json_number(std::string_view text) noexcept {
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.starts_with('0')) {
        text.remove_prefix(1);
    } else if (!take_digits(text)) {
        return false;
    }
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        if (!take_digits(text)) return false;
    }
    if (!text.starts_with('e') && !text.starts_with('E')) return text.empty();
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return take_digits(text) && text.empty();
}

JavaNumber read_java_long(std::string_view text, std::int64_t& number) noexcept {
    text = trim(text);
    const bool is_negative = text.starts_with('-');
    const std::string_view digits = is_negative || text.starts_with('+') ? text.substr(1) : text;
    if (!digits.empty() && is_digit(digits.front())) {
        const char* begin = is_negative ? text.data() : digits.data();
        const char* end = text.data() + text.size();
        const auto parsed = std::from_chars(begin, end, number);
        if (parsed.ec == std::errc{} && parsed.ptr == end) return JavaNumber::whole;
    }
    double real = 0;
    if (!read_double(digits, real)) return JavaNumber::none;
    if (std::trunc(real) != real || real > kTwoTo63) return JavaNumber::not_whole;
    if (real == kTwoTo63) {
        number = is_negative ? std::numeric_limits<std::int64_t>::min()
                             : std::numeric_limits<std::int64_t>::max();
    } else {
        number = static_cast<std::int64_t>(is_negative ? -real : real);
    }
    return JavaNumber::whole;
}

}  // namespace clew::wire
