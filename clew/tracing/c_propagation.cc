// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/c_propagation.h"

#include <optional>
#include <string>

#include "clew/propagation/baggage.h"
#include "clew/propagation/carried.h"
#include "clew/tracing/internal/c_values.h"

using clew::propagation::Carried;
using clew::propagation::CarriedRef;
using clew::propagation::TraceContext;
using clew::tracing::internal::from_c;
using clew::tracing::internal::text_of;
using clew::tracing::internal::to_c;
using clew::tracing::internal::view;

namespace {

const Carried* known(const clew_carried* carried) noexcept {
    return reinterpret_cast<const Carried*>(carried);
}

const clew_carried* given(CarriedRef carried) noexcept {
    return reinterpret_cast<const clew_carried*>(carried.release());
}

std::string_view baggage_of(const clew_carried* carried) noexcept {
    return carried == nullptr ? std::string_view() : known(carried)->baggage();
}

std::string_view trace_state_of(const clew_carried* carried) noexcept {
    return carried == nullptr ? std::string_view() : known(carried)->trace_state();
}

}  // namespace

extern "C" {

const clew_carried* clew_carried_retain(const clew_carried* carried) {
    if (carried != nullptr) known(carried)->retain();
    return carried;
}

void clew_carried_release(const clew_carried* carried) {
    if (carried != nullptr) known(carried)->release();
}

int clew_extract(
    clew_tracer* tracer,
    clew_get get,
    void* carrier,
    clew_context* received,
    const clew_carried** carried
) {
    if (received != nullptr) *received = clew_context{};
    if (carried != nullptr) *carried = nullptr;
    if (tracer == nullptr || get == nullptr || received == nullptr) return 0;
    const auto read = [get, carrier](std::string_view name) -> std::optional<std::string_view> {
        clew_text value{nullptr, 0};
        if (get(carrier, text_of(name), &value) == 0) return std::nullopt;
        return view(value);
    };
    clew::propagation::Extracted extracted = tracer->tracing->extract(read);
    *received = to_c(extracted.context);
    if (carried != nullptr) *carried = given(std::move(extracted.carried));
    int found = 0;
    if (extracted.context != TraceContext{}) found |= clew_extracted_context;
    if (extracted.had_malformed) found |= clew_extracted_malformed;
    return found;
}

int clew_inject(
    clew_tracer* tracer,
    const clew_context* context,
    const clew_carried* carried,
    clew_set set,
    void* carrier
) {
    const TraceContext known_context = from_c(context);
    if (tracer == nullptr || set == nullptr || !known_context.has_ids()) return 0;
    bool stopped = false;
    const auto write = [&](std::string_view name, std::string_view value) {
        if (!stopped) stopped = set(carrier, text_of(name), text_of(value)) != 0;
    };
    const bool taken = tracer->tracing->inject(known_context, write, known(carried));
    return taken && !stopped ? 1 : 0;
}

int clew_baggage_set(
    const clew_carried* carried, clew_text key, clew_text value, const clew_carried** changed
) {
    if (changed == nullptr) return 0;
    try {
        const std::optional<std::string> text =
            clew::propagation::with_baggage(baggage_of(carried), view(key), view(value));
        if (!text) return 0;
        *changed = given(Carried::make(trace_state_of(carried), *text));
        return *changed == nullptr ? 0 : 1;
    } catch (...) {  // memory is short
        return 0;
    }
}

const clew_carried* clew_baggage_remove(const clew_carried* carried, clew_text key) {
    try {
        const std::string text = clew::propagation::without_baggage(baggage_of(carried), view(key));
        return given(Carried::make(trace_state_of(carried), text));
    } catch (...) {  // memory is short
        return clew_carried_retain(carried);
    }
}

void clew_baggage_visit(const clew_carried* carried, clew_visit visit, void* visitor) {
    if (visit == nullptr) return;
    clew::propagation::BaggageReader reader(baggage_of(carried));
    clew::propagation::BaggageMember member;
    try {
        while (reader.next(member)) {
            std::string value;
            clew::propagation::append_decoded(member.value, value);
            if (visit(visitor, text_of(member.key), text_of(value)) != 0) return;
        }
    } catch (...) {  // memory is short: the rest is not shown
    }
}

}  // extern "C"
