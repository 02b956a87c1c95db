// SPDX-License-Identifier: Apache-2.0
#pragma once

// The moment after which nobody waits any longer. Made once for a whole exchange (connect, write,
// read) and passed down, so that the parts share one allowance instead of each having its own.
// Reads the steady clock itself, because it bounds what the operating system waits for.
//
// Threads: a plain value.

#include <algorithm>
#include <chrono>

namespace clew::transport {

class Deadline {
public:
    using Milliseconds = std::chrono::milliseconds;

    static Deadline after(Milliseconds time) noexcept {
        return Deadline{std::chrono::steady_clock::now() + time};
    }
    // This one, or `time` from now if that is sooner.
    Deadline at_most(Milliseconds time) const noexcept {
        return Deadline{std::min(at_, after(time).at_)};
    }

    bool has_passed() const noexcept { return std::chrono::steady_clock::now() >= at_; }
    // Zero when it has passed; rounded up, so that waiting this long reaches it.
    Milliseconds remaining() const noexcept {
        const auto left = at_ - std::chrono::steady_clock::now();
        return std::max(Milliseconds{0}, std::chrono::ceil<Milliseconds>(left));
    }

private:
    explicit Deadline(std::chrono::steady_clock::time_point at) noexcept : at_(at) {}

    std::chrono::steady_clock::time_point at_;
};

}  // namespace clew::transport
