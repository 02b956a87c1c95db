// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much one question may ask for, and what it gets when it does not say. Filled by the server's
// configuration, read wherever a request is turned into a query.
//
// Threads: a plain value.

#include <chrono>
#include <cstddef>

namespace clew::query {

struct QueryLimits {
    // When a request names no lookback (QUERY_LOOKBACK, 24 hours).
    std::chrono::milliseconds lookback_default{86'400'000};
    // When a request names no limit.
    std::size_t traces_default = 10;

    // Caps on what a request may name; a larger wish is cut to the cap. 0: no cap, as Zipkin has
    // none.
    std::chrono::milliseconds lookback_max{0};
    std::size_t traces_max = 0;

    // Pieces of traceMany's list and terms of an annotationQuery. The text beyond the last
    // separator stays in the last piece, which is how Zipkin's API splits.
    std::size_t trace_ids_max = 1000;
    std::size_t annotation_terms_max = 100;
};

}  // namespace clew::query
