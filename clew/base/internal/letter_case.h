// SPDX-License-Identifier: Apache-2.0
#pragma once

// Letters beyond ASCII: their lower-case forms, and whether one is the last letter of its word,
// which decides what a capital sigma becomes. Words end where Java's word iterator ends them, but
// for rare runs of punctuation, because Zipkin folds names by it.
//
// Threads: pure functions.

#include <cstddef>
#include <string_view>

namespace clew {

inline constexpr char32_t kSigma = 0x3a3;
inline constexpr char32_t kFinalSigma = 0x3c2;
// Becomes two code points, so that it is in no table.
inline constexpr char32_t kDottedCapitalI = 0x130;

// The code point itself when it has no lower case of one code point.
char32_t lower_case_of(char32_t code_point) noexcept;

// True when the letter of `size` bytes at `at` follows another letter of its word, and no letter
// follows it there.
bool is_last_letter(std::string_view text, std::size_t at, std::size_t size) noexcept;

}  // namespace clew
