// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/internal/connection_table.h"

#include <utility>

namespace clew::transport {

void ConnectionTable::add(std::uint64_t id, Entry entry) {
    if (entry.is_refused) {
        ++refused_;
    } else {
        ++open_;
        ++staying_;
        ++open_of_peer_[entry.peer];
    }
    lanes_[lane_of(id)].emplace(id, std::move(entry));
}

void ConnectionTable::remove(std::uint64_t id) {
    const auto found = lanes_[lane_of(id)].find(id);
    const Entry& entry = found->second;
    if (entry.is_refused) {
        --refused_;
    } else {
        --open_;
        if (!entry.is_leaving) --staying_;
        const auto peer = open_of_peer_.find(entry.peer);
        if (--peer->second == 0) open_of_peer_.erase(peer);
    }
    lanes_[lane_of(id)].erase(found);
}

std::vector<std::shared_ptr<Connection>> ConnectionTable::in_lane(std::size_t lane) const {
    std::vector<std::shared_ptr<Connection>> alive;
    alive.reserve(lanes_[lane].size());
    for (const auto& [id, entry] : lanes_[lane]) {
        if (std::shared_ptr<Connection> connection = entry.connection.lock()) {
            alive.push_back(std::move(connection));
        }
    }
    return alive;
}

bool ConnectionTable::is_better(const Entry& a, const Entry& b) const {
    const std::size_t of_a = open_of_peer_.at(a.peer);
    const std::size_t of_b = open_of_peer_.at(b.peer);
    return of_a != of_b ? of_a > of_b : *a.waiting_since_ns < *b.waiting_since_ns;
}

std::optional<std::uint64_t> ConnectionTable::choose_leaving() {
    Entry* best = nullptr;
    std::uint64_t best_id = 0;
    for (auto& lane : lanes_) {
        for (auto& [id, entry] : lane) {
            const bool is_waiting = !entry.is_refused && !entry.is_leaving &&
                                    *entry.waiting_since_ns != 0 && !entry.connection.expired();
            if (!is_waiting || (best != nullptr && !is_better(entry, *best))) continue;
            best = &entry;
            best_id = id;
        }
    }
    if (best == nullptr) return std::nullopt;
    best->is_leaving = true;
    --staying_;
    return best_id;
}

std::optional<std::uint64_t> ConnectionTable::choose_oldest_refused() {
    std::optional<std::uint64_t> oldest;
    for (const auto& lane : lanes_) {
        for (const auto& [id, entry] : lane) {
            const bool is_there =
                entry.is_refused && !entry.is_leaving && !entry.connection.expired();
            if (is_there && (!oldest || id < *oldest)) oldest = id;
        }
    }
    if (oldest) at(*oldest).is_leaving = true;
    return oldest;
}

void ConnectionTable::keep(std::uint64_t id) {
    const auto found = lanes_[lane_of(id)].find(id);
    if (found == lanes_[lane_of(id)].end() || !found->second.is_leaving) return;
    found->second.is_leaving = false;
    ++staying_;
}

}  // namespace clew::transport
