// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds where a JSON string ends, sixteen bytes a step. Most strings of a span are 10 to 40 bytes,
// where calling memchr costs more than looking. simdjson's first stage has already made sure that
// every string is closed, so the scan cannot run away; it may read the padding behind a body.
//
// Threads: a pure function.

#include <bit>
#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace clew::codec {

struct StringEnd {
    std::size_t size;  // up to the closing quote, or up to the first backslash
    bool has_escape;
};

// Requires: `begin` is behind the opening quote of a string that is closed.
inline StringEnd scan_string(const char* begin) noexcept {
    std::size_t size = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    for (;; size += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + size));
        const __m128i found =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found));
        if (mask != 0) {
            size += static_cast<std::size_t>(std::countr_zero(mask));
            return {size, begin[size] == '\\'};
        }
    }
#else
    while (begin[size] != '"' && begin[size] != '\\') ++size;
    return {size, begin[size] == '\\'};
#endif
}

}  // namespace clew::codec
