// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts the pieces of one trace together as they belong: a span that was sent in several pieces is
// one span again, client halves stand before server halves, a server half whose sender forgot the
// shared flag or the parent gets it from its client, and one trace id stands for all. Used where a
// trace is understood (trace_tree.h, dependency_linker.h); stores keep and give back raw spans.
//
// Costs O(n log n), copies no text. Threads: pure functions over immutable spans.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "clew/model/span.h"
#include "clew/model/span_builder.h"

namespace clew::trace {

// A span after merging. Of kind, name, times and parent the first piece that has one wins;
// endpoints are merged field by field.
struct MergedSpan {
    model::SpanId id;
    model::SpanId parent_id;  // zero: none
    model::Kind kind = model::Kind::none;
    model::Time timestamp;
    model::Time duration;
    std::string_view name;
    model::Endpoint local_endpoint;   // empty: none
    model::Endpoint remote_endpoint;  // empty: none
    bool debug = false;
    bool shared = false;
    std::span<const model::Span> pieces;  // at least one, of MergedTrace::pieces
};

struct MergedTrace {
    model::TraceId trace_id;          // the 128-bit one when spans carry both widths
    std::vector<MergedSpan> spans;    // by id; of one id the client first, shared ones last
    std::vector<model::Span> pieces;  // the spans that came in, in that order
};

// Requires: the spans are of one trace (ids that differ in the high half only are one trace).
// Valid until: the spans' batches end.
MergedTrace merge_trace(std::span<const model::Span> spans);

// Any piece of the span has a tag of this key.
bool has_tag(const MergedSpan& span, std::string_view key) noexcept;

// Adds the merged span as a whole one: annotations of all pieces, tags of all pieces where the
// later piece wins, in the order of Zipkin's model.
void append_merged(
    const MergedSpan& span, const model::TraceId& trace_id, model::SpanBuilder& builder
);

}  // namespace clew::trace
