// SPDX-License-Identifier: Apache-2.0
#include "clew/query/search_names.h"

#include <utility>

namespace clew::query {

Expected<std::vector<std::string>> SearchNames::services(const QueryContext& context) const {
    return names_.service_names(context);
}

Expected<std::vector<std::string>> SearchNames::spans(
    Parameters parameters, const QueryContext& context
) const {
    return parse_service_name(parameters).and_then([&](std::string&& service) {
        return names_.span_names(service, context);
    });
}

Expected<std::vector<std::string>> SearchNames::remote_services(
    Parameters parameters, const QueryContext& context
) const {
    return parse_service_name(parameters).and_then([&](std::string&& service) {
        return names_.remote_service_names(service, context);
    });
}

Expected<std::vector<std::string>> SearchNames::autocomplete_keys() const {
    return autocomplete_.keys();
}

Expected<std::vector<std::string>> SearchNames::autocomplete_values(
    Parameters parameters, const QueryContext& context
) const {
    return parse_autocomplete_key(parameters).and_then([&](std::string&& key) {
        return autocomplete_.values(key, context);
    });
}

}  // namespace clew::query
