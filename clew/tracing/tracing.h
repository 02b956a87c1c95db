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
// Lifetime: spans may outlive it; they are then not sent. A shared library that has made one stays
// loaded until the program ends, because its thread may be at work.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "clew/base/expected.h"
#include "clew/model/kind.h"
#include "clew/propagation/composite.h"
#include "clew/reporter/async_reporter.h"
#include "clew/tracer/scoped_span.h"
#include "clew/tracer/tracer.h"
#include "clew/tracing/internal/fork_aware_count.h"
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

    // What a caller sent, as far as it is trusted: the context, without ids when it sent none that
    // are valid, and what goes on to the calls made for it.
    propagation::Extracted extract(const propagation::HeaderReader& headers) const noexcept;
    // Writes the context, and what was extracted with it, into the headers of a call to the next
    // service. False when the carrier refused a header.
    bool inject(
        const propagation::TraceContext& context,
        const propagation::HeaderWriter& headers,
        const propagation::Carried* carried = nullptr
    ) const noexcept {
        return propagation_.inject(context, carried, headers);
    }

    // Blocks until all spans that finished before the call are sent or counted as dropped, at most
    // `timeout`. False when the time ran out.
    bool flush(std::chrono::milliseconds timeout) noexcept { return reporter_->flush(timeout); }
    // Blocks: flushes within `timeout` and ends; spans that finish later are not sent. False when
    // something was unsent.
    bool close(std::chrono::milliseconds timeout) noexcept { return reporter_->close(timeout); }

    // Blocks and ends as the destructor does, but leaves the object: calls that other threads are
    // in, or make later, find a tracer that records nothing.
    void retire() noexcept;

    // Ends the thread for a while, for a fork; see AsyncReporter::rest().
    bool rest(std::chrono::milliseconds timeout) noexcept { return reporter_->rest(timeout); }

    // finished = sent + dropped + on their way, exactly.
    reporter::ReporterCounts counts() const noexcept { return reporter_->counts(); }
    // Calls of extract() that met headers which break their format, in this process.
    std::uint64_t malformed_headers() const noexcept { return malformed_headers_.value(); }
    // One sentence about the newest failed attempt to send; empty when none failed.
    std::string last_error() const { return reporter_->last_error(); }
    // Changes when there is something new to say about sending; see AsyncReporter::news().
    const std::atomic<std::uint32_t>& news() const noexcept { return reporter_->news(); }
    // Where spans go, for people: without what may be secret in it.
    const std::string& endpoint() const noexcept { return endpoint_; }
    const std::string& service_name() const noexcept { return service_name_; }

private:
    Tracing(
        tracer::Tracer tracer,
        const FinalTracingOptions& options,
        std::unique_ptr<reporter::AsyncReporter> reporter
    );

    tracer::Tracer tracer_;
    propagation::Composite propagation_;
    std::string endpoint_;
    std::string service_name_;
    mutable internal::ForkAwareCount malformed_headers_;
    std::unique_ptr<reporter::AsyncReporter> reporter_;  // ends first
};

}  // namespace clew::tracing
