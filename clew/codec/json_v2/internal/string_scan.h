// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds where a JSON string ends, eight bytes a step. Most strings of a span are 10 to 40 bytes,
// where calling memchr costs more than looking. simdjson's first stage has already made sure that
// every string is closed, so the scan cannot run away; it may read the padding behind a body.
//
// Threads: a pure function.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace clew::codec {

struct StringEnd {
    std::size_t size;  // up to the closing quote, or up to the first backslash
    bool has_escape;
};

// Requires: `begin` is behind the opening quote of a string that is closed.
inline StringEnd scan_string(const char* begin) noexcept {
    static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighBits = kOnes << 7;
    for (std::size_t size = 0;; size += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, begin + size, sizeof(bytes));
        // The lowest high bit that is set marks the first zero byte, exactly.
        const std::uint64_t quotes = bytes ^ (kOnes * '"');
        const std::uint64_t backslashes = bytes ^ (kOnes * '\\');
        const std::uint64_t found =
            (((quotes - kOnes) & ~quotes) | ((backslashes - kOnes) & ~backslashes)) & kHighBits;
        if (found != 0) {
            size += static_cast<std::size_t>(std::countr_zero(found)) / 8;
            return {size, begin[size] == '\\'};
        }
    }
}

}  // namespace clew::codec
