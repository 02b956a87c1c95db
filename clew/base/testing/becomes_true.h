// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waiting in tests: for a condition, never for a time. A peer that has its answer proves nothing
// about what the other side does next (counting, giving memory back): that is waited for.
//
// Threads: the test's.

#include <chrono>
#include <thread>

namespace clew::testing {

// Asks until the condition is true; false when it is not within `patience`.
template <typename Condition>
bool becomes_true(
    const Condition& condition, std::chrono::seconds patience = std::chrono::seconds(20)
) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
    return true;
}

}  // namespace clew::testing
