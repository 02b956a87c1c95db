// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/finished_spans.h"

#include <numeric>

#include "clew/tracer/internal/recorder.h"

namespace clew::tracer {

const char* drop_reason_name(DropReason reason) noexcept {
    switch (reason) {
        case DropReason::ring_full: return "ring_full";
        case DropReason::rings_max: return "rings_max";
        case DropReason::no_memory: return "no_memory";
        case DropReason::closed: return "closed";
        case DropReason::in_signal: return "in_signal";
        case DropReason::open_spans_max: return "open_spans_max";
    }
    return "unknown";
}

std::uint64_t FinishedCounts::dropped_total() const noexcept {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

std::size_t FinishedSpans::drain(model::SpanBuilder& into, std::size_t spans_max) noexcept {
    return recorder_ == nullptr ? 0 : recorder_->drain(into, spans_max);
}

void FinishedSpans::set_wake_up(WakeUp wake_up) noexcept {
    if (recorder_ != nullptr) recorder_->set_wake_up(wake_up);
}

bool FinishedSpans::may_recover() const noexcept {
    return recorder_ != nullptr && recorder_->may_recover();
}

FinishedCounts FinishedSpans::counts() const noexcept {
    return recorder_ == nullptr ? FinishedCounts{} : recorder_->counts();
}

}  // namespace clew::tracer
