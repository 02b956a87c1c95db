// SPDX-License-Identifier: Apache-2.0
#pragma once

// All that the store holds of one trace (of all traces that share the low 64 bits of their id): its
// spans in segments, each a batch that never changes once it is there, so that readers take the
// segments and let the lock go. Knows which spans it has, so that an exact repetition is dropped
// whatever the size of the trace.
//
// Many small segments become one, so that a trace of any size that arrives span by span costs
// little more than one that arrives whole; each span is copied at most log8(4096) = 4 times.
//
// Threads: one writer or many readers; the owner locks.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "clew/model/span_batch.h"
#include "clew/storage/memory/internal/incoming_trace.h"
#include "clew/storage/memory/internal/time_index.h"

namespace clew::storage {

class ServiceEntry;

using Segments = std::vector<std::shared_ptr<const model::SpanBatch>>;

// The spans of segments as one list, in order of arrival. Valid until: the segments end.
std::vector<model::Span> spans_of(const Segments& segments);

class TraceRecord {
public:
    // arrival_us: wall clock when the first span arrives.
    explicit TraceRecord(std::int64_t arrival_us) : arrival_us_(arrival_us) {}

    const Segments& segments() const noexcept { return segments_; }
    std::size_t span_count() const noexcept { return hashes_.size(); }

    // Exactly this span is here.
    bool contains(const model::Span& span, std::uint64_t hash) const;

    // Requires: contains() none of the spans.
    void append(IncomingTrace incoming);

    // Absent while no span has a timestamp.
    const std::optional<TimeSpan>& time_span() const noexcept { return time_span_; }

    // When the trace began (trace/trace_match.h), but not after it arrived.
    std::int64_t began_us() const noexcept;

    // Memory held by the trace itself, without what indexes hold about it.
    std::size_t bytes() const noexcept;

    // The trace's places in the indexes of the table that owns the record, which alone keeps them.
    std::optional<TimeKey> time_key;
    std::vector<ServiceEntry*> services;  // sorted
    std::uint64_t first_insert = 0;       // number of the insert that brought it
    std::uint64_t last_insert = 0;        // ... and that touched it last

private:
    model::Span span_at(std::size_t ordinal) const;
    void remember(std::uint64_t hash);
    void grow_table();
    void note_time(const model::Span& span);
    void join_small_segments();

    std::int64_t arrival_us_;
    Segments segments_;
    std::size_t segment_bytes_ = 0;
    std::vector<std::uint64_t> hashes_;  // of the spans, in order of arrival
    // Open addressing over hashes_: ordinal + 1, or 0. Empty while a walk over hashes_ is faster.
    std::vector<std::uint32_t> table_;
    std::optional<TimeSpan> time_span_;
    std::int64_t root_us_ = 0;    // first parentless span with a timestamp; 0: none yet
    std::int64_t oldest_us_ = 0;  // 0: none yet
};

}  // namespace clew::storage
