// SPDX-License-Identifier: Apache-2.0
#pragma once

// Several formats as one: reads them in order until one gives a context, writes all that are
// configured. In the usual order B3 single comes before B3 multi: the single header wins where both
// are there, and the others are asked when it is absent or malformed, as Brave does.
//
// Threads: immutable after construction; call from anywhere.

#include <array>
#include <cstddef>
#include <span>

#include "clew/propagation/propagation.h"

namespace clew::propagation {

class Composite final : public Propagation {
public:
    static constexpr std::size_t kFormatsMax = 4;

    // Formats beyond the first kFormatsMax of each list are left out.
    // Requires: the formats outlive this.
    Composite(
        std::span<const Propagation* const> read_in_order,
        std::span<const Propagation* const> written
    ) noexcept;

    // The first context found; otherwise `malformed` when any format was.
    Extracted extract(const HeaderReader& headers) const noexcept override;
    bool inject(const TraceContext& context, const HeaderWriter& headers) const noexcept override;

private:
    std::array<const Propagation*, kFormatsMax> read_{};  // null from the first unused one on
    std::array<const Propagation*, kFormatsMax> written_{};
};

}  // namespace clew::propagation
