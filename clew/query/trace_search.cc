// SPDX-License-Identifier: Apache-2.0
#include "clew/query/trace_search.h"

#include <chrono>
#include <utility>

namespace clew::query {

Expected<std::vector<storage::StoredTrace>> TraceSearch::find_traces(Parameters parameters) const {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now());
    return parse_trace_query(parameters, limits_, now).and_then([this](trace::TraceQuery&& query) {
        return store_.find_traces(query);
    });
}

}  // namespace clew::query
