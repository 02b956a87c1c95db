// SPDX-License-Identifier: Apache-2.0
#pragma once

// B3 in one header: `b3: {trace id}-{span id}[-{0|1|d}][-{parent span id}]`, or a decision alone,
// `b3: 0`. Ids have 16 lower-hex characters, a trace id 16 or 32; `d` is debug.
//
// Threads: immutable; call from anywhere.

#include <string_view>

#include "clew/propagation/propagation.h"

namespace clew::propagation {

class B3Single final : public Propagation {
public:
    // 32 + 1 + 16 + 1 + 1 + 1 + 16
    static constexpr std::size_t kTextBytesMax = 68;

    Extracted extract(const HeaderReader& headers) const noexcept override;
    bool inject(const TraceContext& context, const Carried* carried, const HeaderWriter& headers)
        const noexcept override;

    // The header's value, for carriers that are no list of headers. Writes at most kTextBytesMax
    // characters and returns their number; 0 for a context without ids and without decision.
    static std::size_t write(const TraceContext& context, char* out) noexcept;
    static Extracted parse(std::string_view text) noexcept;
};

}  // namespace clew::propagation
