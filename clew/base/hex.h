// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lower-case hexadecimal, the form in which Zipkin writes every id. Upper case is refused, not
// folded, as Zipkin does.
//
// Threads: pure functions.

#include <cstdint>
#include <optional>
#include <string_view>

namespace clew {

// Exactly 16 characters at `out`, zero-padded.
void write_hex16(std::uint64_t value, char* out) noexcept;

// 1 to 16 characters of [0-9a-f]; anything else is nothing.
std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept;

// True when every character is in [0-9a-f].
bool is_lower_hex(std::string_view text) noexcept;

}  // namespace clew
