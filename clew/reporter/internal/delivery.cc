// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/internal/delivery.h"

#include <algorithm>
#include <new>
#include <utility>

#include "clew/model/span_batch.h"
#include "clew/model/span_builder.h"

namespace clew::reporter::internal {
namespace {

using std::chrono::microseconds;
using transport::Outcome;

// At once: few enough that what is decoded but not yet queued stays small.
constexpr std::size_t kDrainSpans = 128;
// Without a look at the sending side; rings that fill faster than this are drained next round.
constexpr int kDrainsPerRound = 64;
constexpr microseconds kShortestWait{1'000};

}  // namespace

Delivery::Delivery(
    Parts parts, const ReporterOptions& options, const Clock& clock, std::uint64_t seed
)
    : parts_(std::move(parts)), options_(options), clock_(clock), backoff_(options.backoff, seed) {
    parts_.sender->set_wait_hook(
        {[](void* self) noexcept { static_cast<Delivery*>(self)->take_finished(); }, this}
    );
}

void Delivery::run(Worker& self) {
    microseconds wait = options_.flush_interval;
    while (asked_.load() > flushing_ || self.wait(wait) != Worker::Woken::stop) {
        if (stopped_.load()) return;
        try {
            wait = round();
        } catch (const std::bad_alloc&) {
            wait = options_.flush_interval;  // what is queued stays queued
        }
    }
}

microseconds Delivery::round() {
    const std::uint64_t asked = asked_.load();
    take_finished();
    if (asked != flushing_) {
        flushing_ = asked;
        flush_mark_ = queue_.pushed_total();
        if (!pause_was_asked_for_) paused_until_ = Microseconds(0);
    }
    send_queued();
    settle_flush();
    if (queue_.empty()) return options_.flush_interval;
    const microseconds paused = paused_until_ - clock_.steady_now();
    return std::clamp<microseconds>(paused, kShortestWait, options_.flush_interval);
}

void Delivery::take_finished() {
    for (int i = 0; i < kDrainsPerRound; ++i) {
        model::SpanBuilder builder;
        const std::size_t count = parts_.spans.drain(builder, kDrainSpans);
        if (count == 0) return;
        encode(builder.finish());
        queue_bytes_.set(static_cast<std::int64_t>(queue_.size_bytes()));
        queue_spans_.set(static_cast<std::int64_t>(queue_.spans()));
        if (count < kDrainSpans) return;
    }
}

void Delivery::encode(const model::SpanBatch& batch) {
    const std::size_t message_bytes_max = parts_.sender->bounds().bytes_max;
    EncodedChunk chunk;
    std::uint64_t kept = 0;
    std::uint64_t settled = 0;  // spans of the batch that are queued or counted
    try {
        for (const model::Span& span : batch) {
            const std::size_t begin = chunk.bytes.size();
            const bool has_room =
                queue_.size_bytes() + chunk.size_bytes() < options_.queue_bytes_max;
            if (has_room) parts_.encoder->append_span(span, chunk.bytes);
            const std::size_t framed = parts_.sender->empty_message_bytes() +
                                       parts_.sender->framed_bytes(chunk.bytes.size() - begin);
            if (has_room && framed <= message_bytes_max) {
                chunk.ends.push_back(static_cast<std::uint32_t>(chunk.bytes.size()));
                ++kept;
                continue;
            }
            chunk.bytes.resize(begin);
            count(has_room ? DropReason::too_large : DropReason::queue_full, 1);
            ++settled;
        }
        queue_.push(std::move(chunk));
        settled += kept;
    } catch (const std::bad_alloc&) {
        count(DropReason::no_memory, batch.size() - settled);
    }
}

void Delivery::send_queued() {
    while (!queue_.empty() && !is_paused() && !stopped_.load()) {
        send_message();
        settle_flush();
        take_finished();
    }
}

void Delivery::send_message() {
    queue_.oldest(*parts_.sender, message_);
    const auto deadline = transport::Deadline::after(options_.send_timeout);
    const transport::SendResult result = parts_.sender->send(message_, deadline);
    settle(result, message_.size());
    queue_bytes_.set(static_cast<std::int64_t>(queue_.size_bytes()));
    queue_spans_.set(static_cast<std::int64_t>(queue_.spans()));
}

void Delivery::settle(const transport::SendResult& result, std::size_t spans) {
    if (result.outcome == Outcome::accepted) {
        sent_.add(spans);
        messages_sent_.add();
        queue_.pop(spans);
        backoff_.reset();
        return;
    }
    messages_failed_.add();
    {
        const std::lock_guard lock(mutex_);
        last_error_ = result.reason;
    }
    if (result.outcome == Outcome::refused || result.outcome == Outcome::unanswered) {
        const bool is_refusal = result.outcome == Outcome::refused;
        count(is_refusal ? DropReason::refused : DropReason::unanswered, spans);
        queue_.pop(spans);
        if (is_refusal) return;
    }
    pause(result);
}

void Delivery::pause(const transport::SendResult& result) {
    pause_was_asked_for_ = result.outcome == Outcome::try_later;
    const auto wait = std::max(backoff_.next(), result.retry_after);
    paused_until_ = clock_.steady_now() + wait;
}

void Delivery::settle_flush() {
    if (queue_.popped_total() < flush_mark_) return;
    const std::lock_guard lock(mutex_);
    if (flushed_ == flushing_) return;
    flushed_ = flushing_;
    flushed_changed_.notify_all();
}

bool Delivery::wait_until_flushed(std::uint64_t ticket, std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return flushed_changed_.wait_for(lock, timeout, [&] { return flushed_ >= ticket; });
}

void Delivery::stop_sending() noexcept {
    stopped_.store(true);
    parts_.sender->interrupt();
}

void Delivery::add_counts(ReporterCounts& counts) const noexcept {
    counts.sent = sent_.value();
    for (std::size_t i = 0; i < kDropReasons; ++i) counts.dropped[i] = dropped_[i].value();
    counts.messages_sent = messages_sent_.value();
    counts.messages_failed = messages_failed_.value();
    counts.queue_bytes = static_cast<std::uint64_t>(queue_bytes_.value());
    counts.queue_spans = static_cast<std::uint64_t>(queue_spans_.value());
}

std::string Delivery::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

}  // namespace clew::reporter::internal
