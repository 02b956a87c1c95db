// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which side of a remote call, or of a message, a span stands for. A span of work inside one
// service has none.
//
// Threads: plain values.

#include <cstdint>
#include <optional>
#include <string_view>

namespace clew::model {

enum class Kind : std::uint8_t { none = 0, client = 1, server = 2, producer = 3, consumer = 4 };

// Zipkin's upper-case word, e.g. "CLIENT"; empty for none.
std::string_view kind_name(Kind kind) noexcept;

// The inverse, exact upper case; anything else is nothing.
std::optional<Kind> parse_kind(std::string_view text) noexcept;

}  // namespace clew::model
