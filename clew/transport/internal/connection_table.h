// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who is connected to one listener, and who leaves when somebody else needs the place: among the
// connections that wait for their peer's next message, one of the peer that has the most, and of
// these the one that has waited longest. So a peer that opens thousands and says nothing makes room
// for others, and they do not for it.
//
// Threads: under the listener's lock; `waiting_since_ns` is written by the connection's thread.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "clew/transport/connection.h"

namespace clew::transport {

class ConnectionTable {
public:
    struct Entry {
        PeerAddress peer;
        bool is_refused = false;  // beyond the limit; does not count as open
        // Steady clock, 0: busy. Requires: outlives the entry.
        const std::atomic<std::int64_t>* waiting_since_ns = nullptr;
        std::weak_ptr<Connection> connection;  // once it is made
        bool is_leaving = false;               // it has been chosen to make room
    };

    explicit ConnectionTable(std::size_t lanes) : lanes_(lanes) {}

    std::size_t lane_of(std::uint64_t id) const noexcept { return id % lanes_.size(); }
    void add(std::uint64_t id, Entry entry);
    void remove(std::uint64_t id);
    Entry& at(std::uint64_t id) { return lanes_[lane_of(id)].at(id); }

    // Not refused, and not on their way out.
    std::size_t staying() const noexcept { return staying_; }
    std::size_t open() const noexcept { return open_; }
    std::size_t refused() const noexcept { return refused_; }
    std::vector<std::shared_ptr<Connection>> in_lane(std::size_t lane) const;

    // The one that makes room; counts as leaving from now on.
    std::optional<std::uint64_t> choose_leaving();
    // It was busy again when it was asked.
    void keep(std::uint64_t id);
    // The refused one that has been there longest and was not chosen yet; it is now.
    std::optional<std::uint64_t> choose_oldest_refused();

private:
    bool is_better(const Entry& a, const Entry& b) const;

    std::vector<std::unordered_map<std::uint64_t, Entry>> lanes_;
    std::map<PeerAddress, std::size_t> open_of_peer_;
    std::size_t open_ = 0;
    std::size_t staying_ = 0;
    std::size_t refused_ = 0;
};

}  // namespace clew::transport
