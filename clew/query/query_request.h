// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns the parameters of a request into a query, or into the sentence that Zipkin's API answers
// with status 400: names in lower case, `all` and empty names absent, defaults filled in, bounds
// checked. Every error has Code::invalid_argument. Of a parameter that is given twice the first
// counts; parameters that no function here names are ignored.
//
// Threads: pure functions.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clew/base/expected.h"
#include "clew/model/trace_id.h"
#include "clew/query/query_limits.h"
#include "clew/trace/trace_query.h"

namespace clew::query {

// Name and value, both already URL-decoded.
using Parameter = std::pair<std::string, std::string>;
using Parameters = std::span<const Parameter>;

// The part of a service graph that is asked for: traces with a span in [end_ts - lookback, end_ts].
struct GraphWindow {
    std::chrono::milliseconds end_ts{0};    // since the epoch, above zero
    std::chrono::milliseconds lookback{0};  // above zero

    friend bool operator==(const GraphWindow&, const GraphWindow&) = default;
};

// GET /traces: serviceName, remoteServiceName, spanName, annotationQuery, minDuration, maxDuration
// (microseconds), endTs (default `now`), lookback (milliseconds), limit.
Expected<trace::TraceQuery> parse_trace_query(
    Parameters parameters, const QueryLimits& limits, std::chrono::milliseconds now
);

// GET /dependencies: endTs (required), lookback.
Expected<GraphWindow> parse_graph_window(Parameters parameters, const QueryLimits& limits);

// GET /trace/{traceId}: the path's last part, blanks around it allowed.
Expected<model::TraceId> parse_trace_path(std::string_view text);

// GET /traceMany: traceIds, a list with commas of at least two different ids, no blanks.
Expected<std::vector<model::TraceId>> parse_trace_ids(
    Parameters parameters, const QueryLimits& limits
);

// GET /spans and /remoteServices: serviceName (required, may be empty), in lower case.
Expected<std::string> parse_service_name(Parameters parameters);

// GET /autocompleteValues: key (required, not empty).
Expected<std::string> parse_autocomplete_key(Parameters parameters);

// Terms joined by " and ", each a key or key=value; see trace::AnnotationTerm. In the order in
// which their keys stand first. Of several values for one key the last counts; a bare key does not
// take the place of a value.
std::vector<trace::AnnotationTerm> parse_annotation_query(
    std::string_view text, const QueryLimits& limits
);

}  // namespace clew::query
