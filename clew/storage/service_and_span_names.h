// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names a person picks from: services that recorded spans, and what each of them recorded.
// Lists are sorted byte by byte and empty when nothing is known or search is disabled.
//
// Threads: all of it from anywhere. Errors: overloaded, io, and those of
// QueryContext::check().

#include <string>
#include <string_view>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"

namespace clew::storage {

class ServiceAndSpanNames {
public:
    virtual ~ServiceAndSpanNames() = default;

    // Local service names only.
    virtual Expected<std::vector<std::string>> service_names(const QueryContext& context) const = 0;
    // Requires: service_name is lower-case.
    virtual Expected<std::vector<std::string>> span_names(
        std::string_view service_name, const QueryContext& context
    ) const = 0;
    virtual Expected<std::vector<std::string>> remote_service_names(
        std::string_view service_name, const QueryContext& context
    ) const = 0;
};

}  // namespace clew::storage
