// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inner loops of base64: groups of four characters that are all in the alphabet. They stop in
// front of the first group that is not, and the MIME decoder around them sorts out what it is.
//
// Threads: pure functions.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::wire {

inline constexpr std::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Value of a character, or kNotBase64.
inline constexpr std::uint8_t kNotBase64 = 0xff;
extern const std::array<std::uint8_t, 256> kBase64Values;

// Decodes leading groups; returns the number of characters used, a multiple of four, and writes
// three bytes for each four. Touches no more than base64_decoded_bytes_max(text.size()) bytes.
using Base64Kernel = std::size_t (*)(std::string_view text, char* out);

std::size_t decode_groups_by_table(std::string_view text, char* out);

// Requires: has_base64_avx2().
std::size_t decode_groups_by_avx2(std::string_view text, char* out);
bool has_base64_avx2() noexcept;

}  // namespace clew::wire
