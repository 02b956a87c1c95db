// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/internal/c_values.h"

namespace clew::tracing::internal {

using propagation::Sampling;
using propagation::TraceContext;

TraceContext from_c(const clew_context* context) noexcept {
    TraceContext result;
    if (context == nullptr) return result;
    result.trace_id = {context->trace_id_high, context->trace_id_low};
    result.span_id = {context->span_id};
    result.parent_id = {context->parent_id};
    if ((context->flags & clew_context_decided) != 0) {
        const bool sampled = (context->flags & clew_context_sampled) != 0;
        result.sampling = sampled ? Sampling::sampled : Sampling::not_sampled;
    }
    result.debug = (context->flags & clew_context_debug) != 0;
    result.shared = (context->flags & clew_context_shared) != 0;
    result.is_random = (context->flags & clew_context_random) != 0;
    result.is_child_only = (context->flags & clew_context_child_only) != 0;
    result.time_anchor = context->reserved[0];
    return result;
}

clew_context to_c(const TraceContext& context) noexcept {
    clew_context result{};
    result.trace_id_high = context.trace_id.high;
    result.trace_id_low = context.trace_id.low;
    result.span_id = context.span_id.value;
    result.parent_id = context.parent_id.value;
    if (context.sampling != Sampling::unset) result.flags |= clew_context_decided;
    if (context.sampling == Sampling::sampled) result.flags |= clew_context_sampled;
    if (context.debug) {
        result.flags |= clew_context_decided | clew_context_sampled | clew_context_debug;
    }
    if (context.shared) result.flags |= clew_context_shared;
    if (context.is_random) result.flags |= clew_context_random;
    if (context.is_child_only) result.flags |= clew_context_child_only;
    result.reserved[0] = context.time_anchor;
    return result;
}

}  // namespace clew::tracing::internal
