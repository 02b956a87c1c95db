// SPDX-License-Identifier: Apache-2.0
#pragma once

// Does one trace answer a search? The rules are those of Zipkin's in-memory storage, which every
// store of clew follows: the trace must begin in the window, and every other condition must be met
// by some span of the asked local service, though not all by the same span.
//
// Threads: pure functions.

#include <span>

#include "clew/model/span.h"
#include "clew/trace/trace_query.h"

namespace clew::trace {

// When a trace begins: at the first parentless span that has a timestamp, in the order given, else
// at the earliest timestamp. Absent when no span has one.
model::Time trace_timestamp(std::span<const model::Span> spans) noexcept;

// True when a moment lies in [end_ts - lookback, end_ts], bounds included. An absent time never
// does.
bool is_in_window(model::Time time, const TraceQuery& query) noexcept;

// True when the spans, all of one trace, together meet every condition of the query. query.limit
// plays no part.
bool trace_matches(std::span<const model::Span> spans, const TraceQuery& query);

}  // namespace clew::trace
