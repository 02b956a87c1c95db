// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/composite.h"

#include <utility>

#include "clew/propagation/baggage.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

std::string_view trace_state_of(const Extracted& extracted) noexcept {
    return extracted.carried ? extracted.carried->trace_state() : std::string_view();
}

void add_baggage(const HeaderReader& headers, Extracted& out) noexcept {
    const auto text = headers.get(kBaggageHeader);
    if (!text) return;
    try {
        const ReceivedBaggage received = normal_baggage(*text);
        out.had_malformed |= received.had_malformed;
        if (received.text.empty()) return;
        out.carried = Carried::make(trace_state_of(out), received.text);
    } catch (...) {  // memory is short: the trace goes on without
    }
}

// A decision that came in another format than the ids, and before them in the order, is the one.
void decide(const Extracted& decision, Extracted& out) noexcept {
    if (decision.found != Found::decision) return;
    out.context.sampling = decision.context.sampling;
    out.context.debug = decision.context.debug;
}

// What is left of a caller's word when only its ids count.
void distrust(Extracted& out) noexcept {
    if (out.found == Found::decision) {
        out.found = Found::nothing;
        out.context = {};
    }
    out.context.sampling = Sampling::unset;
    out.context.debug = false;
}

}  // namespace

const Propagation* Composite::context_format(Format format) const noexcept {
    switch (format) {
        case Format::b3_multi: return &b3_multi_;
        case Format::b3_single: return &b3_single_;
        case Format::trace_context: return &trace_context_;
        case Format::baggage: break;
    }
    return nullptr;
}

Extracted Composite::extract_context(const HeaderReader& headers) const noexcept {
    Extracted none;  // or the first decision, for as long as no ids are found
    for (const Format name : options_.read) {
        const Propagation* const format = context_format(name);
        if (format == nullptr) continue;
        // Of B3's two forms the one that decides is the one that counts, as in Brave.
        if (none.found == Found::decision && name != Format::trace_context) continue;
        Extracted out = format->extract(headers);
        none.had_malformed |= out.had_malformed;
        if (out.found == Found::malformed && none.found == Found::nothing) {
            none.found = Found::malformed;
        } else if (out.found == Found::decision && none.found != Found::decision) {
            out.had_malformed = none.had_malformed;
            none = std::move(out);
        } else if (out.found == Found::ids) {
            out.had_malformed = none.had_malformed;
            decide(none, out);
            if (name != Format::trace_context) add_trace_state(headers, out);
            return out;
        }
    }
    return none;
}

void Composite::add_trace_state(const HeaderReader& headers, Extracted& out) const noexcept {
    if (!options_.written.contains(Format::trace_context)) return;
    if (!options_.read.contains(Format::trace_context)) return;
    Extracted beside = trace_context_.extract(headers);
    out.had_malformed |= beside.had_malformed;
    if (beside.context.trace_id != out.context.trace_id || !out.context.has_ids()) return;
    out.carried = std::move(beside.carried);
    out.context.is_random = beside.context.is_random;
}

Extracted Composite::extract(const HeaderReader& headers) const noexcept {
    if (options_.trust_inbound == TrustInbound::no) return {};
    Extracted out = extract_context(headers);
    if (options_.trust_inbound == TrustInbound::ids) {
        distrust(out);
    } else {
        add_baggage(headers, out);
    }
    return out;
}

bool Composite::inject(
    const TraceContext& context, const Carried* carried, const HeaderWriter& headers
) const noexcept {
    bool taken = true;
    for (const Format name : options_.written) {
        if (const Propagation* const format = context_format(name)) {
            taken &= format->inject(context, carried, headers);
        } else if (carried != nullptr && !carried->baggage().empty()) {
            taken &= headers.set(kBaggageHeader, carried->baggage());
        }
    }
    return taken;
}

}  // namespace clew::propagation
