// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/time_index.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <queue>

#include "clew/storage/memory/internal/heap_bytes.h"

namespace clew::storage {

namespace {

using Place = std::set<TimeKey>::const_iterator;

// What is left to walk of one class.
struct Run {
    Place at;
    Place end;
    TimeCandidate candidate;  // of the key at `at`

    friend bool operator<(const Run& a, const Run& b) noexcept {
        if (a.candidate.newest_bound_ms != b.candidate.newest_bound_ms) {
            return a.candidate.newest_bound_ms < b.candidate.newest_bound_ms;
        }
        return a.candidate.trace < b.candidate.trace;
    }
};

TimeCandidate candidate_of(const TimeKey& key, TimeSpan window) noexcept {
    return {key.trace, std::min(key.newest_bound_ms(), window.newest_ms)};
}

}  // namespace

TimeKey TimeKey::of(TimeSpan span, std::uint64_t trace) noexcept {
    const auto length = static_cast<std::uint64_t>(span.newest_ms - span.oldest_ms) + 1;
    const auto length_class = static_cast<std::uint8_t>(std::bit_width(length) - 1);
    return {length_class, span.oldest_ms >> length_class, trace};
}

std::int64_t TimeKey::newest_bound_ms() const noexcept {
    // oldest <= ((step + 1) << class) - 1 and newest <= oldest + (2 << class) - 2.
    return ((step + 3) << length_class) - 3;
}

std::vector<TimeCandidate> TimeIndex::find(TimeSpan window, std::size_t count_max) const {
    std::vector<TimeCandidate> found;
    if (window.newest_ms < window.oldest_ms) return found;
    std::priority_queue<Run> runs;
    for (auto first = keys_.begin(); first != keys_.end();) {
        const std::uint8_t length_class = first->length_class;
        // From the newest trace that begins in or before the window to the oldest that may reach
        // into it.
        constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();
        const TimeKey newest{length_class, window.newest_ms >> length_class, kHighest};
        const TimeKey oldest{length_class, (window.oldest_ms >> length_class) - 2, 0};
        const Place at = keys_.lower_bound(newest);
        const Place end = keys_.upper_bound(oldest);
        if (at != end) runs.push({at, end, candidate_of(*at, window)});
        first = keys_.lower_bound(
            {static_cast<std::uint8_t>(length_class + 1),
             std::numeric_limits<std::int64_t>::max(),
             kHighest}
        );
    }
    while (!runs.empty() && found.size() < count_max) {
        Run run = runs.top();
        runs.pop();
        found.push_back(run.candidate);
        if (++run.at == run.end) continue;
        run.candidate = candidate_of(*run.at, window);
        runs.push(run);
    }
    return found;
}

std::size_t TimeIndex::bytes_per_trace() noexcept { return tree_node_bytes<TimeKey>(); }

}  // namespace clew::storage
