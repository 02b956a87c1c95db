// SPDX-License-Identifier: Apache-2.0
#pragma once

// Base64 as scribe messages carry it: text around the bytes of a span. Decoding follows MIME, as
// Java's decoder understands it, because Zipkin's clients were written against that one: line
// breaks and every other byte outside the alphabet are ignored, padding may be missing.
//
// Threads: pure functions.

#include <cstddef>
#include <string>
#include <string_view>

#include "clew/base/expected.h"

namespace clew::wire {

// Room that decode_base64_mime() may use for a text of that size.
constexpr std::size_t base64_decoded_bytes_max(std::size_t text_size) noexcept {
    return text_size / 4 * 3 + 3;
}

// Writes the decoded bytes to `out` and returns their number. Malformed when the text ends in a
// single character of a group, when one "=" stands where two belong, when "=" begins a group, or
// when characters of the alphabet follow the padding.
// Requires: base64_decoded_bytes_max(text.size()) bytes at out, which do not overlap the text.
Expected<std::size_t> decode_base64_mime(std::string_view text, char* out);

// Appends the bytes in one line, padded.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace clew::wire
