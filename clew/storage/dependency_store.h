// SPDX-License-Identifier: Apache-2.0
#pragma once

// The service graph of a time window, computed from the traces that have a span in it
// (trace/dependency_linker.h). Traces are grouped by the low 64 bits of their id, whatever the
// strictness.
//
// A query gives up between traces, 4,096 spans of them at most, when its context says so.
//
// Threads: from anywhere. Errors: overloaded, io, and those of QueryContext::check().

#include <chrono>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/model/dependency_link.h"

namespace clew::storage {

class DependencyStore {
public:
    virtual ~DependencyStore() = default;

    // Requires: end_ts > 0 and lookback > 0, both in milliseconds.
    virtual Expected<std::vector<model::DependencyLink>> dependencies(
        std::chrono::milliseconds end_ts,
        std::chrono::milliseconds lookback,
        const QueryContext& context
    ) const = 0;
};

}  // namespace clew::storage
