// SPDX-License-Identifier: Apache-2.0
#include "clew/query/service_graph.h"

#include <utility>

namespace clew::query {

Expected<std::vector<model::DependencyLink>> ServiceGraph::dependencies(
    Parameters parameters, const QueryContext& context
) const {
    return parse_graph_window(parameters, limits_).and_then([&](GraphWindow&& window) {
        return store_.dependencies(window.end_ts, window.lookback, context);
    });
}

}  // namespace clew::query
