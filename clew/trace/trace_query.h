// SPDX-License-Identifier: Apache-2.0
#pragma once

// A search for traces, as Zipkin's GET /api/v2/traces asks it. All conditions must be met by spans
// of the asked local service, not necessarily by the same span; what "met" means is in
// trace_match.h. Made by query/query_request.h from a request's parameters, answered by
// storage/span_store.h.
//
// Threads: a plain value.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace clew::trace {

// One term of an annotationQuery: a key that is a tag key or an annotation's value, or, when
// `value` is not empty, a tag that equals it.
struct AnnotationTerm {
    std::string key;
    std::string value;

    friend bool operator==(const AnnotationTerm&, const AnnotationTerm&) = default;
};

struct TraceQuery {
    // Empty: any. Names are lower-case.
    std::string service_name;
    std::string remote_service_name;
    std::string span_name;
    std::vector<AnnotationTerm> annotation_terms;
    // Inclusive bounds on the duration of one span; max_duration only beside min_duration.
    std::optional<std::chrono::microseconds> min_duration;
    std::optional<std::chrono::microseconds> max_duration;
    // The trace begins in [end_ts - lookback, end_ts], milliseconds since the epoch, inclusive.
    // Both are above zero.
    std::chrono::milliseconds end_ts{0};
    std::chrono::milliseconds lookback{0};
    std::size_t limit = 10;  // traces, at least 1

    friend bool operator==(const TraceQuery&, const TraceQuery&) = default;
};

}  // namespace clew::trace
