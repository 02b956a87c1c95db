// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names one trace: every span that one request caused carries the same trace id. 128 bits, or 64
// when the high half is zero, which is how Zipkin treats a 32-character id that begins with
// sixteen zeros. Drawn by the first service a request meets, copied by all others.
//
// Threads: a plain value.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/base/secret_hash.h"

namespace clew::model {

struct TraceId {
    std::uint64_t high = 0;  // 0: a 64-bit trace id
    std::uint64_t low = 0;

    constexpr bool is_zero() const noexcept { return (high | low) == 0; }

    // Appends 16 lower-hex characters, or 32 when the high half is set.
    void append_hex(std::string& out) const;
    std::string to_hex() const;

    friend constexpr auto operator<=>(const TraceId&, const TraceId&) = default;
};

// 1 to 32 lower-hex characters, shorter ones padded on the left as Zipkin does. The error texts are
// Zipkin's: "traceId is empty", "traceId.length > 32", "traceId is all zeros",
// "<text> should be lower-hex encoded with no prefix".
Expected<TraceId> parse_trace_id(std::string_view text);

}  // namespace clew::model

// Ids are random, but a stranger may choose them: the hash has a secret, so that nobody can aim at
// one place of a table, in whatever table it is.
template <>
struct std::hash<clew::model::TraceId> {
    std::size_t operator()(const clew::model::TraceId& id) const noexcept {
        clew::SecretHasher hasher;
        hasher.add(id.high);
        hasher.add(id.low);
        return hasher.result();
    }
};
