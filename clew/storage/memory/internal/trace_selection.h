// SPDX-License-Identifier: Apache-2.0
#pragma once

// The newest traces of a search that match. Candidates are offered in any order; kept are the
// `limit` best by Zipkin's order: by the newest span inside the window (whole milliseconds), then
// by the low 64 bits of the trace id, both falling.
//
// Threads: one at a time; the segments offered are immutable.

#include <cstdint>
#include <vector>

#include "clew/storage/memory/internal/trace_record.h"
#include "clew/storage/stored_trace.h"
#include "clew/trace/trace_query.h"

namespace clew::storage {

class TraceSelection {
public:
    // Requires: query outlives this.
    TraceSelection(const trace::TraceQuery& query, bool strict_trace_id);

    // Keeps the trace if it matches and is among the best.
    void offer(std::uint64_t trace, Segments segments);

    // No trace whose spans in the window are at most this new can be among the best any more.
    bool is_settled(std::int64_t newest_bound_ms) const noexcept;

    // Best first, at most query.limit; the selection is empty again.
    std::vector<StoredTrace> take();

private:
    struct Found {
        std::int64_t newest_ms = 0;
        std::uint64_t trace = 0;
        std::vector<StoredTrace> traces;  // more than one when strict ids tell them apart

        bool is_better_than(const Found& other) const noexcept {
            return newest_ms != other.newest_ms ? newest_ms > other.newest_ms : trace > other.trace;
        }
    };

    std::vector<StoredTrace> matching(std::vector<model::Span> spans, Segments segments) const;

    const trace::TraceQuery& query_;
    bool strict_trace_id_;
    std::vector<Found> found_;  // a heap with the worst at the front
};

// The spans of one strict id. Empty when it has none.
StoredTrace only_of(const model::TraceId& id, const StoredTrace& trace);

// One trace per full trace id, in order of first arrival.
std::vector<StoredTrace> split_by_full_id(StoredTrace trace);

}  // namespace clew::storage
