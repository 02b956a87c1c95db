// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/carrier.h"

#include <algorithm>

namespace clew::propagation {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return lower(x) == lower(y);
           });
}

}  // namespace

std::optional<std::string_view> HeaderFields::operator()(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const HeaderField& field : fields_) {
        if (!same_name(field.name, name)) continue;
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
