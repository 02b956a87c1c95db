// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whole numbers as Java's Long.parseLong() and Double.parseDouble() read them, which is what
// Zipkin's JSON takes for a time or a port, in quotes or not: "12", " 12 ", "1.5e3", "12d",
// "0x1p3". A double that is the next one above the largest long becomes the largest long.
//
// Threads: pure functions.

#include <cstdint>
#include <string_view>

namespace clew::wire {

enum class JavaNumber : std::uint8_t {
    whole,
    not_whole,  // has a fraction, or is beyond the range of a long
    none,       // not a number
};

JavaNumber read_java_long(std::string_view text, std::int64_t& number) noexcept;

// JSON's grammar of a number, whatever its size: where a text may stand Zipkin keeps the text of a
// number that no double holds.
bool is_json_number(std::string_view text) noexcept;

}  // namespace clew::wire
