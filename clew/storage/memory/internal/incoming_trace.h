// SPDX-License-Identifier: Apache-2.0
#pragma once

// The spans of one batch that belong to one trace, copied into memory of their own, so that a trace
// can leave the store and give back all it took however its spans came in. Made on the thread that
// stores, before any lock is taken.
//
// Threads: plain values over immutable spans.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "clew/model/span_batch.h"

namespace clew::storage {

struct IncomingTrace {
    std::uint64_t trace = 0;  // the low 64 bits of the trace id
    std::shared_ptr<const model::SpanBatch> spans;
    std::vector<std::uint64_t> hashes;  // of each span, over all its fields
};

// By falling trace; spans of a trace in the order of the batch, exact repetitions left out.
std::vector<IncomingTrace> split_by_trace(const model::SpanBatch& batch);

// The same of spans that are all of one trace.
IncomingTrace make_incoming(std::uint64_t trace, std::vector<model::Span> spans);

// At least what storing it adds to the memory held, names and indexes included.
std::size_t bytes_bound(const IncomingTrace& incoming) noexcept;

// At least the sum of bytes_bound() over the batch's traces, found without copying a span.
std::size_t bytes_bound_max(const model::SpanBatch& batch) noexcept;

// At most what any span adds to a bytes_bound().
std::size_t span_bytes_bound_min() noexcept;

// Equal spans have equal hashes.
std::uint64_t span_hash(const model::Span& span);

}  // namespace clew::storage
