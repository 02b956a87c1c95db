// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/carrier.h"

#include "clew/base/text.h"

namespace clew::propagation {

std::optional<std::string_view> HeaderFields::operator()(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const HeaderField& field : fields_) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (!found) {
            found = field.value;
            continue;
        }
        if (found->data() != joined_.data()) joined_.assign(*found);
        joined_.append(",").append(field.value);
        found = joined_;
    }
    return found;
}

}  // namespace clew::propagation
