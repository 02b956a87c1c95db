// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON as Zipkin's reader (Gson) takes it, rewritten for a strict one: the one rule for odd text in
// every JSON format, so that one odd character never costs a batch. A decoder reads the received
// text strictly, and only when that has failed asks here, once; good text pays nothing.
//
// What changes: in strings, bytes that are not UTF-8 become U+FFFD, half a surrogate pair becomes
// "?", raw control characters are kept, `\'` is an apostrophe and a backslash before a line feed
// the line feed; outside, TRUE, False and Null are keywords; what stands behind the first value is
// not read. Everything else stays as it is, for the strict reader to refuse.
//
// Threads: pure functions.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::wire {

struct StrictJson {
    std::string text;
    std::size_t bytes_behind = 0;  // of the given text, behind its value and blanks
};

// Nothing when the text would stay as it is. Errors: limit_exceeded, when the new text would be
// larger than bytes_max. Capacity beyond the new text: at least `padding` bytes.
Expected<std::optional<StrictJson>> as_strict_json(
    std::string_view text, std::size_t bytes_max, std::size_t padding
);

}  // namespace clew::wire
