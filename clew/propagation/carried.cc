// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/carried.h"

namespace clew::propagation {

CarriedRef Carried::make(std::string_view trace_state, std::string_view baggage) noexcept {
    if (trace_state.empty() && baggage.empty()) return {};
    try {
        return CarriedRef::adopt(new Carried(trace_state, baggage));
    } catch (...) {  // memory is short: the trace goes on without
        return {};
    }
}

}  // namespace clew::propagation
