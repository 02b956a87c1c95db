// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers GET /dependencies: who called whom, and how often that failed, in a window of time. Made
// once by the server, lives as long as the store.
//
// Threads: from anywhere.

#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/model/dependency_link.h"
#include "clew/query/query_limits.h"
#include "clew/query/query_request.h"
#include "clew/storage/dependency_store.h"

namespace clew::query {

class ServiceGraph {
public:
    // Requires: store outlives this.
    ServiceGraph(const storage::DependencyStore& store, QueryLimits limits)
        : store_(store), limits_(limits) {}

    // Errors: invalid_argument (the text is for the caller), or the store's.
    Expected<std::vector<model::DependencyLink>> dependencies(
        Parameters parameters, const QueryContext& context
    ) const;

private:
    const storage::DependencyStore& store_;
    QueryLimits limits_;
};

}  // namespace clew::query
