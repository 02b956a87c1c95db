// SPDX-License-Identifier: Apache-2.0
#include "clew/query/trace_lookup.h"

#include <utility>

namespace clew::query {

Expected<storage::StoredTrace> TraceLookup::get_trace(
    std::string_view id, const QueryContext& context
) const {
    auto trace_id = parse_trace_path(id);
    if (!trace_id) return std::move(trace_id).error();
    auto trace = store_.get_trace(*trace_id, context);
    if (trace && trace->spans.empty()) {
        return Error{Code::not_found, trace_id->to_hex() + " not found"};
    }
    return trace;
}

Expected<std::vector<storage::StoredTrace>> TraceLookup::get_traces(
    Parameters parameters, const QueryContext& context
) const {
    return parse_trace_ids(parameters, limits_).and_then([&](std::vector<model::TraceId>&& ids) {
        return store_.get_traces(ids, context);
    });
}

}  // namespace clew::query
