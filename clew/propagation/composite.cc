// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/composite.h"

#include <algorithm>

namespace clew::propagation {

namespace {

void copy_formats(
    std::span<const Propagation* const> from,
    std::array<const Propagation*, Composite::kFormatsMax>& to
) noexcept {
    std::copy_n(from.begin(), std::min(from.size(), to.size()), to.begin());
}

}  // namespace

Composite::Composite(
    std::span<const Propagation* const> read_in_order, std::span<const Propagation* const> written
) noexcept {
    copy_formats(read_in_order, read_);
    copy_formats(written, written_);
}

Extracted Composite::extract(const HeaderReader& headers) const noexcept {
    Extracted none;
    for (const Propagation* format : read_) {
        if (format == nullptr) break;
        const Extracted out = format->extract(headers);
        if (out.found == Extracted::Found::malformed) {
            none.found = Extracted::Found::malformed;
        } else if (out.found != Extracted::Found::nothing) {
            return out;
        }
    }
    return none;
}

bool Composite::inject(const TraceContext& context, const HeaderWriter& headers) const noexcept {
    bool taken = true;
    for (const Propagation* format : written_) {
        if (format == nullptr) break;
        taken &= format->inject(context, headers);
    }
    return taken;
}

}  // namespace clew::propagation
