// SPDX-License-Identifier: Apache-2.0
#pragma once

// One way to write a trace context into headers and to read it back. Formats: b3_multi.h,
// b3_single.h; several of them together: composite.h. Made once, shared by all threads.
//
// Whatever the headers say, reading gives an answer: a context that cannot be understood is ignored
// as a whole, so that a request from a confused client begins a new trace instead of joining a
// wrong one. Nothing here throws or logs; who extracts counts `malformed`.
//
// Threads: immutable; call from anywhere.

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
};

class Propagation {
public:
    virtual ~Propagation() = default;

    virtual Extracted extract(const HeaderReader& headers) const noexcept = 0;

    // Writes the context: ids, parent, decision. A context without ids writes its decision, if it
    // has one. False when the carrier refused a header.
    virtual bool inject(const TraceContext& context, const HeaderWriter& headers)
        const noexcept = 0;
};

}  // namespace clew::propagation
