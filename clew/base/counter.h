// SPDX-License-Identifier: Apache-2.0
#pragma once

// A number that only grows: spans received, bytes read, spans dropped for one reason. Owned by the
// part that counts, read by whoever exports metrics. Every loss in clew ends in one of these.
//
// Threads: add() and value() from anywhere; relaxed, because a counter orders nothing.

#include <atomic>
#include <cstdint>

namespace clew {

class Counter {
public:
    void add(std::uint64_t amount = 1) noexcept {
        value_.fetch_add(amount, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// A number that goes up and down: connections open, bytes held.
class Gauge {
public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t amount) noexcept { value_.fetch_add(amount, std::memory_order_relaxed); }
    std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

}  // namespace clew
