// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ambient slot: which context the running thread works for. Set for the length of a scope, read
// by Tracer::next_span() and by whoever injects headers. Programs that run many requests on one
// thread (event loops, greenlets) pass contexts explicitly or switch the slot themselves.
//
// Threads: each has its own slot.

#include "clew/propagation/trace_context.h"

namespace clew::tracer {

// The thread's context; without ids when there is none.
const propagation::TraceContext& current_trace_context() noexcept;

// Makes `context` the current one until the scope ends, then puts back what was there.
// Lives on the thread that made it; scopes end in the reverse order of their beginning.
class CurrentScope {
public:
    explicit CurrentScope(const propagation::TraceContext& context) noexcept;
    CurrentScope(const CurrentScope&) = delete;
    CurrentScope& operator=(const CurrentScope&) = delete;
    ~CurrentScope();

private:
    propagation::TraceContext before_;
};

// For event loops that switch contexts by hand: sets the slot and returns what was there.
propagation::TraceContext exchange_current_trace_context(const propagation::TraceContext& context
) noexcept;

}  // namespace clew::tracer
