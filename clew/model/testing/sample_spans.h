// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shared cast of clew's tests: a frontend answers a request by calling a backend, which asks a
// database and fails. Small enough to know by heart, rich enough to have every kind of edge.
//
// Threads: pure functions.

#include <cstddef>
#include <cstdint>

#include "clew/model/span_batch.h"

namespace clew::model::testing {

// 14 July 2017, 02:40:00 UTC.
inline constexpr std::int64_t kSampleTimeUs = 1'500'000'000'000'000;
inline constexpr std::int64_t kSampleTimeMs = kSampleTimeUs / 1000;

// Four spans of one trace that begins at `us` and takes 350 ms:
//     1  SERVER frontend "get /"
//     2  CLIENT frontend -> backend "get /api", and the SERVER half of backend, shared
//     3  CLIENT backend -> db "select", tag error="" (it failed)
// Links: frontend -> backend 1 call, backend -> db 1 call with 1 error.
SpanBatch sample_trace(TraceId trace_id = {0, 0xcafe}, std::int64_t us = kSampleTimeUs);

// One SERVER span of a service, nothing else known.
SpanBatch server_span(TraceId trace_id, std::int64_t us, std::string_view service = "frontend");

// Copies: the rows [begin, end) of a batch, and several batches as one.
SpanBatch slice(const SpanBatch& batch, std::size_t begin, std::size_t end);
SpanBatch joined(std::span<const SpanBatch* const> batches);
inline SpanBatch copy_of(const SpanBatch& batch) { return slice(batch, 0, batch.size()); }

}  // namespace clew::model::testing
