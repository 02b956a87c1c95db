// SPDX-License-Identifier: Apache-2.0
#pragma once

// Traces by time, so that a search for the newest few of a window looks at few. A trace covers the
// milliseconds from its oldest to its newest span. Traces are kept in classes of length (doubling);
// inside a class they stand by their oldest millisecond, rounded down to the class's length. So a
// trace that grows changes its place only when it doubles or crosses such a step, at most some 130
// times however often spans arrive, and a walk over a window meets traces by a falling bound on how
// new they can be.
//
// Threads: one writer or many readers; the owner locks.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace clew::storage {

// Milliseconds since the epoch, both included.
struct TimeSpan {
    std::int64_t oldest_ms = 0;
    std::int64_t newest_ms = 0;
};

// Where a trace stands in every index it is in. Equal for two time spans whose difference does not
// matter.
struct TimeKey {
    std::uint8_t length_class = 0;
    std::int64_t step = 0;  // oldest_ms >> length_class
    std::uint64_t trace = 0;

    static TimeKey of(TimeSpan span, std::uint64_t trace) noexcept;

    // No span of the trace is newer.
    std::int64_t newest_bound_ms() const noexcept;

    // By class; inside a class newest first.
    friend std::strong_ordering operator<=>(const TimeKey& a, const TimeKey& b) noexcept {
        if (a.length_class != b.length_class) return a.length_class <=> b.length_class;
        if (a.step != b.step) return b.step <=> a.step;
        return b.trace <=> a.trace;
    }
    friend bool operator==(const TimeKey&, const TimeKey&) noexcept = default;
};

// A trace that may have a span in the window.
struct TimeCandidate {
    std::uint64_t trace = 0;
    std::int64_t newest_bound_ms = 0;  // none of its spans inside the window is newer
};

class TimeIndex {
public:
    // False when the key was there already.
    bool insert(const TimeKey& key) { return keys_.insert(key).second; }
    void erase(const TimeKey& key) { keys_.erase(key); }
    void clear() noexcept { keys_.clear(); }
    bool empty() const noexcept { return keys_.empty(); }
    std::size_t size() const noexcept { return keys_.size(); }

    // At most `count_max` traces that may have a span in the window, by falling bound, equal bounds
    // by falling trace. The window's ends are included; an end before the begin holds nothing.
    std::vector<TimeCandidate> find(TimeSpan window, std::size_t count_max) const;

    static std::size_t bytes_per_trace() noexcept;

private:
    std::set<TimeKey> keys_;
};

}  // namespace clew::storage
