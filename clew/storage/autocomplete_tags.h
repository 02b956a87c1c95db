// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of the few tag keys that an operator chose for auto-completion (AUTOCOMPLETE_KEYS), so
// that a person who searches picks them from a list. A value goes when the last span that carried
// it does.
//
// Threads: all of it from anywhere. Errors: overloaded, io, and those of
// QueryContext::check().

#include <string>
#include <string_view>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"

namespace clew::storage {

class AutocompleteTags {
public:
    virtual ~AutocompleteTags() = default;

    // The configured keys, sorted, whether or not any span carried them.
    virtual Expected<std::vector<std::string>> keys() const = 0;
    // Sorted; empty for a key that is not configured.
    virtual Expected<std::vector<std::string>> values(
        std::string_view key, const QueryContext& context
    ) const = 0;
};

}  // namespace clew::storage
