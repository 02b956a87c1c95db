// SPDX-License-Identifier: Apache-2.0
#pragma once

// A header whose value is a list (RFC 9110, 5.6.1): members between commas, each with optional
// white space around it. Several fields of one name count as one list, in their order.
//
// Threads: pure functions.

#include <string_view>

namespace clew::propagation::internal {

constexpr bool is_optional_space(char c) noexcept { return c == ' ' || c == '\t'; }

// Without spaces and tabs around it.
inline std::string_view trim_optional_space(std::string_view text) noexcept {
    while (!text.empty() && is_optional_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_optional_space(text.back())) text.remove_suffix(1);
    return text;
}

// Cuts the text up to the next `separator` off the front of `rest`, and the separator with it;
// what it returns is trimmed.
inline std::string_view next_member(std::string_view& rest, char separator) noexcept {
    const std::size_t end = rest.find(separator);
    const std::string_view member = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    return trim_optional_space(member);
}

}  // namespace clew::propagation::internal
