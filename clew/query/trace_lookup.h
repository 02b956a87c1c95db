// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers GET /trace/{traceId} and GET /traceMany: traces by id. Made once by the server, lives as
// long as the store.
//
// Threads: from anywhere.

#include <string_view>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/query/query_limits.h"
#include "clew/query/query_request.h"
#include "clew/storage/span_store.h"
#include "clew/storage/stored_trace.h"

namespace clew::query {

class TraceLookup {
public:
    // Requires: store outlives this.
    TraceLookup(const storage::SpanStore& store, QueryLimits limits)
        : store_(store), limits_(limits) {}

    // The trace of an id as it stands in a path, blanks around it allowed. Errors: invalid_argument
    // (no such id can be), not_found ("<normalised id> not found"), or the store's.
    Expected<storage::StoredTrace> get_trace(std::string_view id, const QueryContext& context)
        const;

    // The traces of the parameter traceIds that there are; the others are simply absent. Errors:
    // invalid_argument, or the store's.
    Expected<std::vector<storage::StoredTrace>> get_traces(
        Parameters parameters, const QueryContext& context
    ) const;

private:
    const storage::SpanStore& store_;
    QueryLimits limits_;
};

}  // namespace clew::query
