// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the Retry-After header of a collector that asks for patience: a number of seconds, or a
// date as HTTP writes it ("Sun, 06 Nov 1994 08:49:37 GMT"; RFC 9110, sections 10.2.3 and 5.6.7).
//
// Threads: pure functions.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace clew::transport {

// The wait from `now_s` (seconds since the epoch); zero for a date that has passed. Nothing for
// text that is neither, and for the obsolete date forms.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::int64_t now_s);

}  // namespace clew::transport
