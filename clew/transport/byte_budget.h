// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bounds the bytes that all receivers of a program hold together: bodies being read, inflated or
// waiting for the storage. A receiver reserves what has arrived, never what is only declared, and
// answers "overloaded" in its protocol's words when there is no room.
//
// Nobody can take it all. Two parts are kept back: an eighth for small messages that have arrived
// whole, and of the rest what other peers need to begin. A peer may hold at most kPeerWeight times
// what is left, a message at most kMessageWeight times what its peer may still take (a peer's only
// message all of that). So a lone peer gets three quarters, n busy peers end up with equal shares,
// as do n messages of one peer, and there is always room for one more: max-min fairness by dynamic
// thresholds (Choudhury and Hahne), which needs no list of who holds what and takes nothing back.
//
// Threads: all of it from anywhere.

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "clew/transport/peer_address.h"

namespace clew::transport {

class ByteBudget;

// What one peer holds of a budget, over all its connections.
class PeerBytes {
public:
    explicit PeerBytes(ByteBudget& budget) : budget_(budget) {}
    std::size_t bytes_in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }

private:
    friend class ByteBudget;
    friend class ByteReservation;

    ByteBudget& budget_;
    std::atomic<std::size_t> in_use_{0};
};

class ByteBudget {
public:
    // A message up to this size waits for its last byte in its connection's own buffer and is
    // reserved whole, so nobody can hold the part that is kept for small messages.
    static constexpr std::size_t kSmallMessageBytes = 16 * 1024;
    static constexpr std::size_t kPeerWeight = 6;
    static constexpr std::size_t kMessageWeight = 2;

    explicit ByteBudget(std::size_t bytes_in_flight_max) : bytes_max_(bytes_in_flight_max) {}

    std::size_t bytes_max() const noexcept { return bytes_max_; }
    std::size_t bytes_in_use() const noexcept { return in_use_.load(std::memory_order_relaxed); }
    // What a message can hold at best; a larger one can never fit.
    std::size_t message_bytes_max() const noexcept;

    // The account of a peer, one as long as anybody holds it. Requires: the budget outlives it.
    std::shared_ptr<PeerBytes> account_of(const PeerAddress& peer);

    // False, and nothing reserved, when the limit would be passed. For whole messages, which wait
    // for nobody. Relaxed: only the sum matters.
    bool try_reserve(std::size_t bytes) noexcept;
    void release(std::size_t bytes) noexcept {
        in_use_.fetch_sub(bytes, std::memory_order_relaxed);
    }

private:
    friend class ByteReservation;

    std::size_t shared_bytes() const noexcept { return bytes_max_ - bytes_max_ / 8; }
    bool is_fair(std::size_t all, std::size_t of_peer, std::size_t of_message) const noexcept;
    bool try_share(PeerBytes& peer, std::size_t held, std::size_t bytes) noexcept;

    const std::size_t bytes_max_;
    std::atomic<std::size_t> in_use_{0};
    std::mutex mutex_;  // of what follows
    std::map<PeerAddress, std::weak_ptr<PeerBytes>> peers_;
    std::size_t peers_sweep_at_ = 64;  // peers that have left are removed at this size
};

// What one message holds of a budget; gives it back when it ends.
class ByteReservation {
public:
    ByteReservation() = default;
    // For no peer in particular: only the limit counts.
    explicit ByteReservation(ByteBudget& budget) noexcept : budget_(&budget) {}
    explicit ByteReservation(std::shared_ptr<PeerBytes> peer) noexcept
        : budget_(&peer->budget_), peer_(std::move(peer)) {}
    ByteReservation(ByteReservation&& other) noexcept;
    ByteReservation& operator=(ByteReservation&& other) noexcept;
    ByteReservation(const ByteReservation&) = delete;
    ByteReservation& operator=(const ByteReservation&) = delete;
    ~ByteReservation() { release(); }

    // Requires: made with a budget. False when there is no room, or no fair share of it, for that
    // many bytes more.
    bool grow(std::size_t bytes) noexcept;
    // The same for all that a small message needs: it has arrived whole.
    bool take_small(std::size_t bytes) noexcept;
    // Whether grow() would succeed now; reserves nothing.
    bool could_grow(std::size_t bytes) const noexcept;

    // The most it could ever hold. Requires: made with a budget.
    std::size_t bytes_max() const noexcept { return budget_->message_bytes_max(); }

    // Requires: bytes <= bytes().
    void shrink_to(std::size_t bytes) noexcept;
    void release() noexcept {
        if (bytes_ != 0) shrink_to(0);
    }
    std::size_t bytes() const noexcept { return bytes_; }

private:
    ByteBudget* budget_ = nullptr;
    std::shared_ptr<PeerBytes> peer_;
    std::size_t bytes_ = 0;
};

}  // namespace clew::transport
