// SPDX-License-Identifier: Apache-2.0
#pragma once

// Answers what a person picks from before searching: GET /services, /spans, /remoteServices,
// /autocompleteKeys and /autocompleteValues. Every list is sorted byte by byte. Made once by the
// server, lives as long as the store.
//
// Threads: from anywhere. Errors: invalid_argument (the text is for the caller), or the store's.

#include <string>
#include <vector>

#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/query/query_request.h"
#include "clew/storage/autocomplete_tags.h"
#include "clew/storage/service_and_span_names.h"

namespace clew::query {

class SearchNames {
public:
    // Requires: both outlive this.
    SearchNames(
        const storage::ServiceAndSpanNames& names, const storage::AutocompleteTags& autocomplete
    )
        : names_(names), autocomplete_(autocomplete) {}

    Expected<std::vector<std::string>> services(const QueryContext& context) const;
    // Parameter serviceName is required in both; an empty one has no names.
    Expected<std::vector<std::string>> spans(Parameters parameters, const QueryContext& context)
        const;
    Expected<std::vector<std::string>> remote_services(
        Parameters parameters, const QueryContext& context
    ) const;

    Expected<std::vector<std::string>> autocomplete_keys() const;
    // Parameter key is required and not empty; a key that is not configured has no values.
    Expected<std::vector<std::string>> autocomplete_values(
        Parameters parameters, const QueryContext& context
    ) const;

private:
    const storage::ServiceAndSpanNames& names_;
    const storage::AutocompleteTags& autocomplete_;
};

}  // namespace clew::query
