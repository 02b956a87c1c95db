// SPDX-License-Identifier: Apache-2.0
#pragma once

// One way to write a trace context into headers and to read it back. Formats: b3_multi.h,
// b3_single.h, w3c_trace_context.h; all that are configured: composite.h. Made once, shared by all
// threads.
//
// Whatever the headers say, reading gives an answer: a context that cannot be understood is ignored
// as a whole, so that a request from a confused client begins a new trace instead of joining a
// wrong one. Nothing here throws or logs; who extracts counts `malformed`.
//
// Threads: immutable; call from anywhere.

#include "clew/propagation/carried.h"
#include "clew/propagation/carrier.h"
#include "clew/propagation/trace_context.h"

namespace clew::propagation {

// What the headers of one format gave.
struct Extracted {
    enum class Found {
        nothing,    // no header of this format
        malformed,  // headers that break the format; the context is empty
        decision,   // sampled, not sampled or debug, without ids
        ids,        // trace id and span id, perhaps with a decision
    };

    Found found = Found::nothing;
    TraceContext context;  // what Tracer::join_span() and next_span() take
    CarriedRef carried;    // null, as nearly always: nothing but the context
    // Some header was ignored because it breaks its format; another one may still have been good.
    bool had_malformed = false;

    static Extracted malformed() noexcept { return {Found::malformed, {}, {}, true}; }
};

class Propagation {
public:
    virtual ~Propagation() = default;

    virtual Extracted extract(const HeaderReader& headers) const noexcept = 0;

    // Writes the context: ids, parent, decision. A context without ids writes its decision, if it
    // has one. `carried` may be null. False when the carrier refused a header.
    virtual bool inject(
        const TraceContext& context, const Carried* carried, const HeaderWriter& headers
    ) const noexcept = 0;
};

}  // namespace clew::propagation
