// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/current_trace_context.h"

#include <utility>

namespace clew::tracer {

namespace {

constinit thread_local propagation::TraceContext current;

}  // namespace

const propagation::TraceContext& current_trace_context() noexcept { return current; }

propagation::TraceContext exchange_current_trace_context(const propagation::TraceContext& context
) noexcept {
    return std::exchange(current, context);
}

CurrentScope::CurrentScope(const propagation::TraceContext& context) noexcept
    : before_(exchange_current_trace_context(context)) {}

CurrentScope::~CurrentScope() { current = before_; }

}  // namespace clew::tracer
