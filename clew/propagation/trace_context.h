// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of a span that travels: which trace, which span, and whether the trace is recorded.
// Extracted from a request's headers, given to every child, injected into every outgoing call. A
// trivially copyable value of 40 bytes, so that it can be handed to another thread, stored in a
// connection or bound to a greenlet without allocation.
//
// A context without ids (trace_id zero) is what a request gives that carries a decision only
// (`b3: 0`), or nothing at all. What else a request carries is beside it: carried.h.
//
// Threads: a plain value.

#include <cstdint>
#include <type_traits>

#include "clew/model/span_id.h"
#include "clew/model/trace_id.h"

namespace clew::propagation {

// The decision about a trace. Made once, inherited by children, never raised later except by debug.
enum class Sampling : std::uint8_t {
    unset = 0,        // deferred: whoever receives this asks its own sampler
    not_sampled = 1,  // ids travel on, nothing is recorded
    sampled = 2,
};

struct TraceContext {
    model::TraceId trace_id;  // zero: no ids here
    model::SpanId span_id;
    model::SpanId parent_id;  // zero: a root
    Sampling sampling = Sampling::unset;
    bool debug = false;   // recorded whatever samplers say, everywhere downstream
    bool shared = false;  // the span id is the one that the caller of this service drew
    // The low 56 bits of the trace id are known to be random (W3C Trace Context level
    // 2, 3.2.2.5.2).
    bool is_random : 1 = false;
    // Received in a format whose servers never share their caller's span id: a child begins here.
    bool is_child_only : 1 = false;
    // Which wall-clock anchor of this process's tracer the trace's times refer to, so that all its
    // spans agree even when somebody sets the clock. Never leaves the process.
    std::uint32_t time_anchor = 0;

    constexpr bool has_ids() const noexcept { return !trace_id.is_zero() && !span_id.is_zero(); }
    constexpr bool is_recorded() const noexcept { return debug || sampling == Sampling::sampled; }

    // What every format carries and what is recorded; the anchor and the two marks are neither.
    friend constexpr bool operator==(const TraceContext& a, const TraceContext& b) noexcept {
        return a.trace_id == b.trace_id && a.span_id == b.span_id && a.parent_id == b.parent_id &&
               a.sampling == b.sampling && a.debug == b.debug && a.shared == b.shared;
    }
};

static_assert(std::is_trivially_copyable_v<TraceContext> && sizeof(TraceContext) == 40);

}  // namespace clew::propagation
