// SPDX-License-Identifier: Apache-2.0
#pragma once

// Begins spans inside an application. Made once per service, usually by clew/tracing, which also
// attaches a reporter to finished_spans(). Nothing happens before the first span: no thread, no
// memory beyond the object. No call here blocks, throws or aborts, whatever its arguments.
//
//     Span span = tracer.join_span(extracted, "get /thumb/{id}", model::Kind::server);
//     span.tag("http.path", path);
//     ...
//     span.finish();
//
// Threads: all calls from anywhere, but not from a signal handler: a span that one begins or ends
// while it interrupts the tracer is dropped and counted (in_signal), and one that interrupts the
// allocator may deadlock. Lifetime: spans may outlive their tracer; they are then not delivered.

#include <string_view>

#include "clew/base/expected.h"
#include "clew/model/kind.h"
#include "clew/propagation/trace_context.h"
#include "clew/sampler/sampler.h"
#include "clew/tracer/finished_spans.h"
#include "clew/tracer/span.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer {

class Tracer {
public:
    // Errors: invalid_argument for limits out of their range and a ring_dir that cannot be used,
    // unavailable when memory is short.
    static Expected<Tracer> create(TracerOptions options);

    // A tracer that is off: spans pass contexts on and record nothing.
    Tracer() noexcept = default;
    ~Tracer();
    Tracer(Tracer&& other) noexcept;
    Tracer& operator=(Tracer&& other) noexcept;

    // A root span with new ids; the sampler decides.
    Span new_trace(std::string_view name, model::Kind kind = model::Kind::none) const noexcept;

    // A child of `parent`, which may belong to any thread. Without ids: as next_span(parent, ...).
    // A child of a trace that is not recorded carries its parent's ids on.
    Span new_child(
        const propagation::TraceContext& parent,
        std::string_view name,
        model::Kind kind = model::Kind::none
    ) const noexcept {
        if (parent.has_ids() && parent.sampling == propagation::Sampling::not_sampled &&
            !parent.debug) {
            return Span(parent);
        }
        return continue_trace(parent, name, kind, nullptr);
    }

    // The server's half of a remote call. With ids: the same span as the caller's, marked shared;
    // or a child, where TracerOptions::supports_join or the headers' format (W3C) forbids that.
    // Without: a new trace that obeys the decision that was extracted.
    Span join_span(
        const propagation::TraceContext& extracted,
        std::string_view name,
        model::Kind kind = model::Kind::server
    ) const noexcept {
        return join(extracted, name, kind, nullptr);
    }
    // The same; where the decision is open, the sampler may look at the request (rule_sampler.h).
    Span join_span(
        const propagation::TraceContext& extracted,
        std::string_view name,
        model::Kind kind,
        const sampler::Request& request
    ) const noexcept {
        return join(extracted, name, kind, &request);
    }

    // A child of the thread's current context, or a new trace when there is none.
    Span next_span(std::string_view name, model::Kind kind = model::Kind::none) const noexcept;

    // A child of what was extracted; without ids a new trace that obeys the extracted decision.
    Span next_span(
        const propagation::TraceContext& extracted,
        std::string_view name,
        model::Kind kind = model::Kind::none
    ) const noexcept {
        return new_child(extracted, name, kind);
    }

    // Spans that finish from now on are not delivered; other threads may be in any call meanwhile.
    void close() noexcept;

    // The side that a reporter empties.
    FinishedSpans finished_spans() const noexcept { return FinishedSpans(recorder_); }

    bool is_off() const noexcept { return recorder_ == nullptr; }

private:
    explicit Tracer(internal::Recorder* recorder) noexcept : recorder_(recorder) {}

    void end() noexcept;
    Span join(
        const propagation::TraceContext& extracted,
        std::string_view name,
        model::Kind kind,
        const sampler::Request* request
    ) const noexcept;
    Span continue_trace(
        const propagation::TraceContext& parent,
        std::string_view name,
        model::Kind kind,
        const sampler::Request* request
    ) const noexcept;

    internal::Recorder* recorder_ =
        nullptr;  // closed with the tracer, never freed: spans point to it
};

}  // namespace clew::tracer
