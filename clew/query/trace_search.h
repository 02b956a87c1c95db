// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers GET /traces: reads the request, asks the store. Made once by the server, lives as long
// as the store. For traces by id see trace_lookup.h, for the names to search by search_names.h.
//
// Threads: from anywhere.

#include <vector>

#include "clew/base/clock.h"
#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/query/query_limits.h"
#include "clew/query/query_request.h"
#include "clew/storage/span_store.h"
#include "clew/storage/stored_trace.h"

namespace clew::query {

class TraceSearch {
public:
    // Requires: store and clock outlive this.
    TraceSearch(const storage::SpanStore& store, const Clock& clock, QueryLimits limits)
        : store_(store), clock_(clock), limits_(limits) {}

    // Newest trace first. Errors: invalid_argument (the text is for the caller), or the store's.
    Expected<std::vector<storage::StoredTrace>> find_traces(
        Parameters parameters, const QueryContext& context
    ) const;

private:
    const storage::SpanStore& store_;
    const Clock& clock_;
    QueryLimits limits_;
};

}  // namespace clew::query
