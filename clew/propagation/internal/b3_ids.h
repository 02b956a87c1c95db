// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields that both forms of B3 share: ids as text, and what `d` and X-B3-Flags: 1 mean. Ids are
// in lower case. In the headers X-B3-* they may lack their leading zeros, since many senders print
// ids without them; in the single header they have their full length. Brave reads them so, too.
//
// Threads: pure functions.

#include <optional>
#include <string_view>

#include "clew/base/hex.h"
#include "clew/propagation/trace_context.h"

namespace clew::propagation::internal {

// 1 to 32 characters, padded with zeros on the left; not all zero.
inline std::optional<model::TraceId> parse_padded_trace_id(std::string_view text) noexcept {
    const std::size_t high_size = text.size() > 16 ? text.size() - 16 : 0;
    const auto low = parse_hex(text.substr(high_size));
    const auto high =
        high_size == 0 ? std::optional<std::uint64_t>(0) : parse_hex(text.substr(0, high_size));
    if (!low || !high || (*low | *high) == 0) return std::nullopt;
    return model::TraceId{*high, *low};
}

// 1 to 16 characters, padded with zeros on the left; zero is a value here.
inline std::optional<model::SpanId> parse_padded_span_id(std::string_view text) noexcept {
    const auto value = parse_hex(text);
    if (!value) return std::nullopt;
    return model::SpanId{*value};
}

// 16 or 32 characters, not all zero.
inline std::optional<model::TraceId> parse_whole_trace_id(std::string_view text) noexcept {
    if (text.size() != 16 && text.size() != 32) return std::nullopt;
    return parse_padded_trace_id(text);
}

// 16 characters; zero is a value here.
inline std::optional<model::SpanId> parse_whole_span_id(std::string_view text) noexcept {
    return text.size() == 16 ? parse_padded_span_id(text) : std::nullopt;
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
