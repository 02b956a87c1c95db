// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/backoff.h"

#include <algorithm>

namespace clew::transport {

std::chrono::milliseconds Backoff::next() noexcept {
    const std::chrono::milliseconds whole = next_;
    next_ = std::min(next_ * 2, options_.longest);
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    mixed ^= mixed >> 31;
    const auto half = static_cast<std::uint64_t>(whole.count() / 2);
    return whole - std::chrono::milliseconds(static_cast<std::int64_t>(mixed % (half + 1)));
}

}  // namespace clew::transport
