// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/byte_budget.h"

#include <algorithm>
#include <utility>

namespace clew::transport {

std::size_t ByteBudget::message_bytes_max() const noexcept {
    return shared_bytes() / (kPeerWeight + 1) * kPeerWeight;
}

std::shared_ptr<PeerBytes> ByteBudget::account_of(const PeerAddress& peer) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<PeerBytes> account = peers_[peer].lock();
    if (account) return account;
    account = std::make_shared<PeerBytes>(*this);
    peers_[peer] = account;
    if (peers_.size() >= peers_sweep_at_) {
        std::erase_if(peers_, [](const auto& entry) { return entry.second.expired(); });
        peers_sweep_at_ = std::max(peers_sweep_at_, 2 * peers_.size());
    }
    return account;
}

bool ByteBudget::try_reserve(std::size_t bytes) noexcept {
    const std::size_t before = in_use_.fetch_add(bytes, std::memory_order_relaxed);
    if (bytes <= bytes_max_ && before <= bytes_max_ - bytes) return true;
    in_use_.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
}

// All three with what is asked for.
bool ByteBudget::is_fair(std::size_t all, std::size_t of_peer, std::size_t of_message)
    const noexcept {
    const std::size_t left = shared_bytes() - std::min(all, shared_bytes());
    const std::size_t peer_max = kPeerWeight * left;
    if (of_peer > peer_max) return false;
    // What the peer may still take: taking it shrinks what is left as well.
    const std::size_t peer_left = (peer_max - of_peer) / (kPeerWeight + 1);
    return of_message == of_peer || of_message <= kMessageWeight * peer_left;
}

bool ByteBudget::try_share(PeerBytes& peer, std::size_t held, std::size_t bytes) noexcept {
    if (bytes > bytes_max_ || !try_reserve(bytes)) return false;
    const std::size_t of_peer = peer.in_use_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (is_fair(bytes_in_use(), of_peer, held + bytes)) return true;
    peer.in_use_.fetch_sub(bytes, std::memory_order_relaxed);
    release(bytes);
    return false;
}

ByteReservation::ByteReservation(ByteReservation&& other) noexcept
    : budget_(other.budget_),
      peer_(std::move(other.peer_)),
      bytes_(std::exchange(other.bytes_, 0)) {}

ByteReservation& ByteReservation::operator=(ByteReservation&& other) noexcept {
    if (this != &other) {
        release();
        budget_ = other.budget_;
        peer_ = std::move(other.peer_);
        bytes_ = std::exchange(other.bytes_, 0);
    }
    return *this;
}

bool ByteReservation::grow(std::size_t bytes) noexcept {
    const bool granted =
        peer_ ? budget_->try_share(*peer_, bytes_, bytes) : budget_->try_reserve(bytes);
    if (granted) bytes_ += bytes;
    return granted;
}

bool ByteReservation::take_small(std::size_t bytes) noexcept {
    if (!budget_->try_reserve(bytes)) return false;
    if (peer_) peer_->in_use_.fetch_add(bytes, std::memory_order_relaxed);
    bytes_ += bytes;
    return true;
}

bool ByteReservation::could_grow(std::size_t bytes) const noexcept {
    const std::size_t all = budget_->bytes_in_use();
    if (bytes > budget_->bytes_max() || all > budget_->bytes_max() - bytes) return false;
    return !peer_ || budget_->is_fair(all + bytes, peer_->bytes_in_use() + bytes, bytes_ + bytes);
}

void ByteReservation::shrink_to(std::size_t bytes) noexcept {
    const std::size_t back = bytes_ - bytes;
    if (back == 0) return;
    if (peer_) peer_->in_use_.fetch_sub(back, std::memory_order_relaxed);
    budget_->release(back);
    bytes_ = bytes;
}

}  // namespace clew::transport
