// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields that both forms of B3 share: ids as text, and what `d` and X-B3-Flags: 1 mean. Strict:
// ids have their full length, in lower case.
//
// Threads: pure functions.

#include <optional>
#include <string_view>

#include "clew/base/hex.h"
#include "clew/propagation/trace_context.h"

namespace clew::propagation::internal {

// 16 or 32 characters, not all zero.
inline std::optional<model::TraceId> parse_b3_trace_id(std::string_view text) noexcept {
    if (text.size() != 16 && text.size() != 32) return std::nullopt;
    const auto low = parse_hex(text.substr(text.size() - 16));
    const auto high =
        text.size() == 32 ? parse_hex(text.substr(0, 16)) : std::optional<std::uint64_t>(0);
    if (!low || !high || (*low | *high) == 0) return std::nullopt;
    return model::TraceId{*high, *low};
}

// 16 characters; zero is a value here.
inline std::optional<model::SpanId> parse_b3_span_id(std::string_view text) noexcept {
    if (text.size() != 16) return std::nullopt;
    const auto value = parse_hex(text);
    if (!value) return std::nullopt;
    return model::SpanId{*value};
}

// Returns the number of characters written: 16, or 32 when there is a high half.
inline std::size_t write_b3_trace_id(const model::TraceId& id, char* out) noexcept {
    char* next = out;
    if (id.high != 0) {
        write_hex16(id.high, next);
        next += 16;
    }
    write_hex16(id.low, next);
    return static_cast<std::size_t>(next + 16 - out);
}

inline void set_debug(TraceContext& context) noexcept {
    context.debug = true;
    context.sampling = Sampling::sampled;
}

}  // namespace clew::propagation::internal
