// SPDX-License-Identifier: Apache-2.0
#pragma once

// The service graph of a time window, computed from the traces that have a span in it
// (trace/dependency_linker.h). Traces are grouped by the low 64 bits of their id, whatever the
// strictness.
//
// Threads: from anywhere. Errors: overloaded, timed_out, io.

#include <chrono>
#include <vector>

#include "clew/base/expected.h"
#include "clew/model/dependency_link.h"

namespace clew::storage {

class DependencyStore {
public:
    virtual ~DependencyStore() = default;

    // Requires: end_ts > 0 and lookback > 0, both in milliseconds.
    virtual Expected<std::vector<model::DependencyLink>> dependencies(
        std::chrono::milliseconds end_ts, std::chrono::milliseconds lookback
    ) const = 0;
};

}  // namespace clew::storage
