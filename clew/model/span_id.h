// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names one span inside its trace. 64 bits, drawn by whoever starts the span; the client and the
// server half of one remote call share it in Zipkin's model.
//
// Threads: a plain value.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/base/secret_hash.h"

namespace clew::model {

struct SpanId {
    std::uint64_t value = 0;  // 0: absent, where a span id is optional

    constexpr bool is_zero() const noexcept { return value == 0; }

    // Appends 16 lower-hex characters.
    void append_hex(std::string& out) const;
    std::string to_hex() const;

    friend constexpr auto operator<=>(const SpanId&, const SpanId&) = default;
};

// 1 to 16 lower-hex characters, padded on the left. `field` ("id" or "parentId") goes into Zipkin's
// error texts: "id is empty", "id.length > 16", "<text> should be lower-hex encoded with no
// prefix". All zeros is a value here; who may not have it checks is_zero().
Expected<SpanId> parse_span_id(std::string_view text, std::string_view field);

}  // namespace clew::model

template <>
struct std::hash<clew::model::SpanId> {
    std::size_t operator()(const clew::model::SpanId& id) const noexcept {
        return clew::secret_hash(id.value);  // as trace ids
    }
};
