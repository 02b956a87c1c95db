// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/collector.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "clew/model/span_builder.h"

namespace clew::collector {

namespace {

bool is_kept(const sampler::Sampler& sampler, const model::Span& span) {
    return span.debug() || sampler.is_sampled(span.trace_id());
}

// The kept spans alone; nothing when all are kept, which is the usual case and costs no copy.
std::optional<model::SpanBatch> without_sampled_out(
    const sampler::Sampler& sampler, const model::SpanBatch& batch
) {
    const auto kept = [&sampler](const model::Span& span) { return is_kept(sampler, span); };
    if (std::all_of(batch.begin(), batch.end(), kept)) return std::nullopt;
    model::SpanBuilder builder;
    for (const model::Span span : batch) {
        if (kept(span)) builder.append(span);
    }
    return builder.finish();
}

}  // namespace

void Collector::accept(
    model::SpanBatch batch, CollectorMetrics& metrics, Refusal refusal, AcceptDone done
) {
    const std::size_t received = batch.size();
    metrics.spans.add(received);
    metrics.message_spans.set(static_cast<std::int64_t>(received));
    if (std::optional<model::SpanBatch> kept = without_sampled_out(sampler_, batch)) {
        metrics.spans_sampled_out.add(received - kept->size());
        batch = std::move(*kept);
    }
    const std::size_t count = batch.size();
    if (count == 0) return done({});
    storage_.accept(
        std::move(batch),
        [&metrics, refusal, count, told = std::move(done)](Expected<void> stored) {
            if (stored) {
                metrics.spans_stored.add(count);
            } else {
                const bool is_told = refusal == Refusal::told;
                (is_told ? metrics.spans_rejected : metrics.spans_dropped).add(count);
            }
            told(std::move(stored));
        }
    );
}

}  // namespace clew::collector
