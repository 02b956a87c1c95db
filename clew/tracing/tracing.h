// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tracing of one application, put together: a tracer that begins spans, the headers that carry
// a trace from service to service, and a reporter that sends finished spans to a collector. Make
// one when the program starts, keep it until it ends:
//
//     auto tracing = clew::tracing::Tracing::create({.service_name = "thumbs"});
//     if (!tracing) { std::cerr << tracing.error().message << '\n'; return 1; }
//     clew::tracer::ScopedSpan span((*tracing)->tracer().next_span("resize"));
//     span->tag("width", 640);
//
// Threads: all calls from anywhere; those that say so block. Fork: see reporter/async_reporter.h.
// Lifetime: spans may outlive it; they are then not sent.

#include <chrono>
#include <memory>
#include <string>

#include "clew/base/expected.h"
#include "clew/model/kind.h"
#include "clew/propagation/propagation.h"
#include "clew/reporter/async_reporter.h"
#include "clew/tracer/scoped_span.h"
#include "clew/tracer/tracer.h"
#include "clew/tracing/tracing_options.h"

namespace clew::tracing {

class Tracing {
public:
    // Starts no thread and opens no connection: both happen after the first sampled span finished.
    // Errors: invalid_argument, one sentence that names the option or environment variable.
    static Expected<std::unique_ptr<Tracing>> create(const TracingOptions& options);
    // As close() with the option close_timeout_ms.
    ~Tracing();
    Tracing(const Tracing&) = delete;
    Tracing& operator=(const Tracing&) = delete;

    // new_trace(), next_span(), join_span().
    const tracer::Tracer& tracer() const noexcept { return tracer_; }

    // What a caller sent; without ids when it sent none that are valid.
    propagation::TraceContext extract(const propagation::HeaderReader& headers) const noexcept;
    // Writes the context into the headers of a call to the next service. False when the carrier
    // refused a header.
    bool inject(const propagation::TraceContext& context, const propagation::HeaderWriter& headers)
        const noexcept;

    // Blocks until all spans that finished before the call are sent or counted as dropped, at most
    // `timeout`. False when the time ran out.
    bool flush(std::chrono::milliseconds timeout) noexcept { return reporter_->flush(timeout); }
    // Blocks: flushes within `timeout` and ends; spans that finish later are not sent. False when
    // something was unsent.
    bool close(std::chrono::milliseconds timeout) noexcept { return reporter_->close(timeout); }

    // finished = sent + dropped + on their way, exactly.
    reporter::ReporterCounts counts() const noexcept { return reporter_->counts(); }
    // One sentence about the newest failed attempt to send; empty when none failed.
    std::string last_error() const { return reporter_->last_error(); }

private:
    Tracing(
        tracer::Tracer tracer,
        std::unique_ptr<propagation::Propagation> propagation,
        std::unique_ptr<reporter::AsyncReporter> reporter
    );

    tracer::Tracer tracer_;
    std::unique_ptr<propagation::Propagation> propagation_;
    std::unique_ptr<reporter::AsyncReporter> reporter_;  // ends first
};

}  // namespace clew::tracing
