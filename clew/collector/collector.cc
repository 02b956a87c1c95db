// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/collector.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

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

// Returns how many spans were left out.
std::size_t count_left_out(const model::LeftOut& left_out, CollectorMetrics& metrics) {
    metrics.spans_zero_id.add(left_out.spans_zero_id);
    metrics.spans_empty.add(left_out.spans_empty);
    metrics.tags_left_out.add(left_out.tags);
    metrics.bytes_behind_list.add(left_out.bytes_behind);
    metrics.spans_dropped.add(left_out.spans());
    return left_out.spans();
}

// The spans of the batch from `begin` on, in pieces that fit the storage each; returns how many
// spans fit alone in no way.
std::size_t divide(
    const storage::SpanConsumer& storage,
    const model::SpanBatch& batch,
    std::size_t begin,
    std::size_t end,
    std::vector<model::SpanBatch>& parts
) {
    model::SpanBuilder builder;
    for (std::size_t i = begin; i < end; ++i) builder.append(batch[i]);
    model::SpanBatch part = builder.finish();
    if (storage.check_fits(part)) {
        parts.push_back(std::move(part));
        return 0;
    }
    if (end - begin == 1) return 1;
    part = {};
    const std::size_t middle = begin + (end - begin) / 2;
    const std::size_t left_out = divide(storage, batch, begin, middle, parts);
    return left_out + divide(storage, batch, middle, end, parts);
}

// Short enough to need no memory itself.
Error out_of_memory() { return {Code::overloaded, "out of memory"}; }

}  // namespace

// What becomes of one message's spans: each is counted once, and the sender has its answer when the
// last of them is settled.
class Collector::Fate {
public:
    Fate(CollectorMetrics& metrics, Refusal refusal, MessageKind kind, AcceptDone done)
        : metrics_(metrics), refusal_(refusal), kind_(kind), done_(std::move(done)) {}

    MessageKind kind() const noexcept { return kind_; }

    // So many spans wait.
    void expect(std::size_t spans) { pending_ = spans; }

    void settle(std::size_t spans, const Expected<void>& stored) {
        count(spans, stored);
        if (!stored && !is_for_good(stored.error())) {
            const std::lock_guard lock(mutex_);
            if (answer_) answer_ = stored;
        }
        if (pending_.fetch_sub(spans) == spans) done_(std::move(answer_));
    }

private:
    // The sender of entries would send them again for ever: it hears nothing of it.
    bool is_for_good(const Error& error) const noexcept {
        return kind_ == MessageKind::entries && error.code == Code::limit_exceeded;
    }

    void count(std::size_t spans, const Expected<void>& stored) {
        if (stored) return metrics_.spans_stored.add(spans);
        if (is_for_good(stored.error())) {
            metrics_.spans_too_large.add(spans);
            return metrics_.spans_dropped.add(spans);
        }
        const bool is_told = refusal_ == Refusal::told;
        (is_told ? metrics_.spans_rejected : metrics_.spans_dropped).add(spans);
    }

    CollectorMetrics& metrics_;
    const Refusal refusal_;
    const MessageKind kind_;
    const AcceptDone done_;
    std::atomic<std::size_t> pending_{0};
    std::mutex mutex_;  // of answer_
    Expected<void> answer_;
};

// One batch that the storage was given: settled once, even when memory runs out under the answer.
class Collector::Part {
public:
    Part(std::shared_ptr<Fate> fate, std::size_t spans) : fate_(std::move(fate)), spans_(spans) {}

    void settle(const Expected<void>& stored) {
        if (!is_settled_.exchange(true)) fate_->settle(spans_, stored);
    }

private:
    const std::shared_ptr<Fate> fate_;
    const std::size_t spans_;
    std::atomic<bool> is_settled_{false};
};

void Collector::count_bytes(CollectorMetrics& metrics, std::size_t bytes) const {
    metrics.bytes.add(bytes);
    metrics.message_bytes.set(static_cast<std::int64_t>(bytes));
}

void Collector::count_empty(CollectorMetrics& metrics) const {
    metrics.message_bytes.set(0);
    metrics.message_spans.set(0);
}

void Collector::accept(
    model::SpanBatch batch,
    CollectorMetrics& metrics,
    Refusal refusal,
    MessageKind kind,
    AcceptDone done
) {
    const auto fate = std::make_shared<Fate>(metrics, refusal, kind, std::move(done));
    std::optional<model::SpanBatch> kept = without_sampled_out(sampler_, batch);
    const std::size_t decoded = batch.size();
    const std::size_t received = decoded + count_left_out(batch.left_out(), metrics);
    metrics.spans.add(received);
    metrics.message_spans.set(static_cast<std::int64_t>(received));
    if (kept) {
        metrics.spans_sampled_out.add(decoded - kept->size());
        batch = std::move(*kept);
    }
    fate->expect(batch.size());
    if (batch.empty()) return fate->settle(0, {});
    store(std::move(batch), fate);
}

void Collector::store(model::SpanBatch batch, const std::shared_ptr<Fate>& fate) {
    if (fate->kind() == MessageKind::whole) return hand_over(std::move(batch), fate);
    std::vector<model::SpanBatch> parts;
    std::size_t too_large = 0;
    try {
        if (storage_.check_fits(batch)) return hand_over(std::move(batch), fate);
        too_large = divide(storage_, batch, 0, batch.size(), parts);
    } catch (const std::bad_alloc&) {
        return fate->settle(batch.size(), out_of_memory());
    }
    if (too_large > 0) fate->settle(too_large, Error{Code::limit_exceeded, "never fits"});
    for (model::SpanBatch& part : parts) hand_over(std::move(part), fate);
}

void Collector::hand_over(model::SpanBatch batch, const std::shared_ptr<Fate>& fate) {
    const std::size_t count = batch.size();
    std::shared_ptr<Part> part;
    try {
        part = std::make_shared<Part>(fate, count);
        storage_.accept(std::move(batch), [part](const Expected<void>& stored) {
            part->settle(stored);
        });
    } catch (const std::bad_alloc&) {
        if (!part) return fate->settle(count, out_of_memory());
        part->settle(out_of_memory());
    }
}

}  // namespace clew::collector
