// SPDX-License-Identifier: Apache-2.0
#include "clew/model/v1/v1_span.h"

namespace clew::model {

void V1Span::clear() {
    trace_id = {};
    id = {};
    parent_id = {};
    name = {};
    timestamp = 0;
    duration = 0;
    debug = false;
    endpoints.clear();
    annotations.clear();
    binary_annotations.clear();
}

std::uint32_t V1Span::add_endpoint(const Endpoint& endpoint) {
    if (endpoint.is_empty()) return 0;
    endpoints.push_back(endpoint);
    return static_cast<std::uint32_t>(endpoints.size());
}

}  // namespace clew::model
