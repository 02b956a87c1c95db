// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything a MemoryStorage holds: traces, indexes over them, and the bounds that keep both within
// what the operator gave. When room is needed, whole traces leave with their names, those first
// that arrived first: what has just been accepted stays, however old it is.
//
// Invariants: 1. a trace is in by_arrival_ once, under its record's first_insert; 2. a trace with a
// time_key is in by_time_ and in every one of its services under that key; 3. bytes() is what the
// heap gave for all of it, to within rounding.
//
// Threads: one writer or many readers; the owner locks.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

#include "clew/base/secret_hash.h"
#include "clew/storage/memory/internal/incoming_trace.h"
#include "clew/storage/memory/internal/name_index.h"
#include "clew/storage/memory/internal/time_index.h"
#include "clew/storage/memory/internal/trace_record.h"
#include "clew/storage/memory/memory_options.h"
#include "clew/storage/storage.h"

namespace clew::storage {

// When a trace began, but not after it arrived.
struct BegunTrace {
    std::int64_t began_us = 0;
    std::uint64_t trace = 0;

    friend auto operator<=>(const BegunTrace&, const BegunTrace&) = default;
};

class SpanTable {
public:
    explicit SpanTable(const MemoryOptions& options);

    // Stores all spans that are not here already; earlier traces leave for them when they must,
    // those that the batch adds to last. arrival_us: wall clock now. repeated: spans of the batch
    // that were left out as repetitions already. Requires: the incoming alone fits the bounds.
    // When memory runs out on the way it throws bad_alloc, and the table is empty: what is half
    // inserted cannot be told from what was there.
    void insert(
        std::vector<IncomingTrace> incoming, std::int64_t arrival_us, std::uint64_t repeated
    );

    // Null: no such trace. By the low 64 bits of the id.
    const TraceRecord* find(std::uint64_t trace) const;
    std::vector<BegunTrace> all_traces() const;

    // Traces that have a timestamp; those of one service null when there is no such service.
    const TimeIndex& traces() const noexcept { return by_time_; }
    const TimeIndex* traces_of(std::string_view service) const;

    // Empty while search is disabled.
    const NameIndex& names() const noexcept { return names_; }

    StorageCounts counts() const noexcept;

private:
    using Traces = std::unordered_map<std::uint64_t, TraceRecord, SecretHash>;

    enum class Reason : std::uint8_t { spans, bytes, own_trace };

    struct ArrivalKey {
        std::uint64_t first_insert = 0;
        std::uint64_t trace = 0;

        friend auto operator<=>(const ArrivalKey&, const ArrivalKey&) = default;
    };

    void insert_trace(IncomingTrace incoming, std::int64_t arrival_us);
    void forget_all() noexcept;
    void index_names(const model::SpanBatch& spans, TraceRecord& record);
    void index_time(std::uint64_t trace, TraceRecord& record);
    void make_room(std::uint64_t spans, std::uint64_t bytes, bool may_evict_touched);
    bool is_over(std::uint64_t spans, std::uint64_t bytes) const noexcept;
    Reason reason_to_evict(std::uint64_t spans) const noexcept;
    void evict(Traces::iterator victim, Reason reason);
    std::uint64_t bytes() const noexcept;
    static std::uint64_t cost(const TraceRecord& record) noexcept;

    const MemoryOptions& options_;
    Traces traces_;
    TimeIndex by_time_;
    std::set<ArrivalKey> by_arrival_;
    NameIndex names_;
    std::uint64_t inserts_ = 0;
    std::uint64_t trace_bytes_ = 0;  // the sum of cost() over traces_
    StorageCounts counts_;           // without traces and bytes, which are asked when needed
};

}  // namespace clew::storage
