// SPDX-License-Identifier: Apache-2.0
#pragma once

// Traces by search and by id. With strict trace ids (the default) an id is matched whole; without,
// only its low 64 bits are.
//
// A query gives up between spans, 4,096 of them at most, when its context says so; one trace is
// matched in one go.
//
// Threads: all of it from anywhere. Errors: overloaded, io, and those of QueryContext::check().

#include <span>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/model/trace_id.h"
#include "clew/storage/stored_trace.h"
#include "clew/trace/trace_query.h"

namespace clew::storage {

class SpanStore {
public:
    virtual ~SpanStore() = default;

    // Newest first, at most query.limit; none when search is disabled.
    virtual Expected<std::vector<StoredTrace>> find_traces(
        const trace::TraceQuery& query, const QueryContext& context
    ) const = 0;

    // No spans when there is no such trace.
    virtual Expected<StoredTrace> get_trace(const model::TraceId& id, const QueryContext& context)
        const = 0;

    // One entry per trace that was found, never an empty one.
    virtual Expected<std::vector<StoredTrace>> get_traces(
        std::span<const model::TraceId> ids, const QueryContext& context
    ) const = 0;
};

}  // namespace clew::storage
