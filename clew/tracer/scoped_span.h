// SPDX-License-Identifier: Apache-2.0
#pragma once

// A span that is the thread's current context for as long as a C++ scope, and finishes with it:
//
//     ScopedSpan resize(tracer.next_span("resize"));
//     resize->tag("w", 640);
//
// Left by an exception, the span gets the tag error=exception.
//
// Threads: lives and ends on the thread that made it.

#include <exception>
#include <utility>

#include "clew/tracer/current_trace_context.h"
#include "clew/tracer/span.h"

namespace clew::tracer {

class ScopedSpan {
public:
    explicit ScopedSpan(Span&& span) noexcept
        : span_(std::move(span)),
          scope_(span_.context()),
          exceptions_(std::uncaught_exceptions()) {}
    ScopedSpan(const ScopedSpan&) = delete;
    ScopedSpan& operator=(const ScopedSpan&) = delete;
    ~ScopedSpan() {
        if (std::uncaught_exceptions() > exceptions_) span_.error("exception");
        span_.finish();
    }

    Span& operator*() noexcept { return span_; }
    Span* operator->() noexcept { return &span_; }

private:
    Span span_;
    CurrentScope scope_;
    int exceptions_;  // in flight when the scope began
};

}  // namespace clew::tracer
