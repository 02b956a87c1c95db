// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/internal/loss_notice.h"

#include <string>
#include <string_view>

namespace clew::reporter::internal {

namespace {

constexpr std::string_view kKeyPrefix = "clew.dropped.";

void add_tag(model::SpanBuilder& spans, std::string_view reason, std::uint64_t lost) {
    const std::string_view key = spans.copy(std::string(kKeyPrefix).append(reason));
    spans.add_tag(key, model::Value(spans.copy(std::to_string(lost))));
}

}  // namespace

void LossNotice::add_to(model::SpanBuilder& spans, const ReporterCounts& counts) {
    constexpr auto kNoMemory = static_cast<std::size_t>(tracer::DropReason::no_memory);
    std::array<std::uint64_t, kDropReasons> dropped = counts.dropped;
    // The one reason that both sides have.
    dropped[static_cast<std::size_t>(DropReason::no_memory)] += counts.tracer.dropped[kNoMemory];
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        if (dropped[i] == told_[i]) continue;
        add_tag(spans, drop_reason_name(static_cast<DropReason>(i)), dropped[i]);
        told_[i] = dropped[i];
    }
    for (std::size_t i = 0; i < tracer::kDropReasons; ++i) {
        const std::uint64_t lost = counts.tracer.dropped[i];
        if (i == kNoMemory || lost == told_of_tracer_[i]) continue;
        add_tag(spans, tracer::drop_reason_name(static_cast<tracer::DropReason>(i)), lost);
        told_of_tracer_[i] = lost;
    }
}

}  // namespace clew::reporter::internal
