// SPDX-License-Identifier: Apache-2.0
#include "clew/query/trace_search.h"

#include <chrono>
#include <utility>

namespace clew::query {

Expected<std::vector<storage::StoredTrace>> TraceSearch::find_traces(
    Parameters parameters, const QueryContext& context
) const {
    // Rounded up: a span of this very millisecond has been accepted and must be found.
    const auto now = std::chrono::ceil<std::chrono::milliseconds>(clock_.wall_now());
    return parse_trace_query(parameters, limits_, now).and_then([&](trace::TraceQuery&& query) {
        return store_.find_traces(query, context);
    });
}

}  // namespace clew::query
