// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bounds the bytes that all receivers of a program hold together: bodies being read, inflated or
// waiting for the storage. A receiver reserves before it reads and answers "overloaded" in its
// protocol's words when there is no room, so memory stays within the limit whatever the peers send.
//
// Threads: all of it from anywhere.

#include <atomic>
#include <cstddef>

namespace clew::transport {

class ByteBudget {
public:
    explicit ByteBudget(std::size_t bytes_in_flight_max) : bytes_max_(bytes_in_flight_max) {}

    std::size_t bytes_max() const noexcept { return bytes_max_; }
    std::size_t bytes_in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

    // False, and nothing reserved, when the limit would be passed. Relaxed: only the sum matters.
    bool try_reserve(std::size_t bytes) noexcept {
        std::size_t before = in_use_.fetch_add(bytes, std::memory_order_relaxed);
        if (bytes <= bytes_max_ && before <= bytes_max_ - bytes) return true;
        in_use_.fetch_sub(bytes, std::memory_order_relaxed);
        return false;
    }

    void release(std::size_t bytes) noexcept {
        in_use_.fetch_sub(bytes, std::memory_order_relaxed);
    }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> in_use_{0};
};

// What one message holds of a budget; gives it back when it ends.
class ByteReservation {
public:
    ByteReservation() = default;
    explicit ByteReservation(ByteBudget& budget) noexcept : budget_(&budget) {}
    ByteReservation(ByteReservation&& other) noexcept
        : budget_(other.budget_), bytes_(other.bytes_) {
        other.bytes_ = 0;
    }
    ByteReservation& operator=(ByteReservation&& other) noexcept {
        if (this != &other) {
            release();
            budget_ = other.budget_;
            bytes_ = other.bytes_;
            other.bytes_ = 0;
        }
        return *this;
    }
    ByteReservation(const ByteReservation&) = delete;
    ByteReservation& operator=(const ByteReservation&) = delete;
    ~ByteReservation() { release(); }

    // Requires: made with a budget. False when there is no room for that many bytes more.
    bool grow(std::size_t bytes) noexcept {
        if (!budget_->try_reserve(bytes)) return false;
        bytes_ += bytes;
        return true;
    }
    // Requires: bytes <= bytes().
    void shrink_to(std::size_t bytes) noexcept {
        if (bytes_ != bytes) budget_->release(bytes_ - bytes);
        bytes_ = bytes;
    }
    void release() noexcept {
        if (bytes_ != 0) budget_->release(bytes_);
        bytes_ = 0;
    }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    ByteBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace clew::transport
