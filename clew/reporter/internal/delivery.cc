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
// A flush is over when the rings have been empty once; or, where threads finish spans faster than
// they are drained, after so many rounds.
constexpr int kFlushRoundsMax = 1'000;
// A probe may be lost; so it is small.
constexpr std::size_t kProbeSpans = 100;
// Each ends a connection or its attempt: after so many a close waits for no third.
constexpr int kFailuresAtCloseMax = 2;

}  // namespace

Delivery::Delivery(
    Parts parts, const ReporterOptions& options, const Clock& clock, std::uint64_t seed
)
    : parts_(std::move(parts)),
      options_(options),
      clock_(clock),
      backoff_(options.backoff, seed),
      breaker_(options.breaker, seed),
      retry_budget_(options.retry_budget) {
    parts_.sender->set_wait_hook(
        {[](void* self) noexcept { static_cast<Delivery*>(self)->take_finished(); }, this}
    );
}

void Delivery::run(Worker& self) {
    microseconds wait = queue_.empty() ? options_.flush_interval : kShortestWait;
    while (asked_.load() > flushing_ || self.wait(wait) != Worker::Woken::stop) {
        if (stopped_.load()) return;
        try {
            wait = round();
        } catch (const std::bad_alloc&) {
            wait = options_.flush_interval;  // what is queued stays queued
        }
        if (takes_rest()) return;
    }
}

bool Delivery::ask_rest(std::chrono::milliseconds time) noexcept {
    const Microseconds now = clock_.steady_now();
    const Microseconds since(sending_since_us_.load());
    if (since != Microseconds(0) && now - since > kHungAfter) return false;
    rest_at_us_.store((now + time).count());
    rest_.store(Rest::asked);
    return true;
}

bool Delivery::withdraw_rest() noexcept {
    Rest asked = Rest::asked;
    return rest_.compare_exchange_strong(asked, Rest::none);
}

// Not while somebody waits for a flush: nobody would run it.
bool Delivery::takes_rest() noexcept {
    Rest asked = Rest::asked;
    return waiting_.load() == 0 && rest_.compare_exchange_strong(asked, Rest::taken);
}

bool Delivery::is_rest_due() const noexcept {
    return rest_.load() == Rest::asked && clock_.steady_now().count() >= rest_at_us_.load();
}

microseconds Delivery::round() {
    const std::uint64_t asked = asked_.load();
    if (asked != flushing_) begin_flush(asked);
    take_finished();
    send_queued();
    settle_flush();
    give_up_if_hopeless();
    if (flush_rounds_left_ > 0) return kShortestWait;
    const microseconds paused = next_attempt_at() - clock_.steady_now();
    // What came while the last message was sent waits for company.
    if (queue_.empty() || paused <= microseconds(0)) return options_.flush_interval;
    return std::clamp<microseconds>(paused, kShortestWait, options_.flush_interval);
}

void Delivery::begin_flush(std::uint64_t asked) {
    flushing_ = asked;
    flush_rounds_left_ = kFlushRoundsMax;
    const Microseconds now = clock_.steady_now();
    if (pause_was_asked_for_ && now < paused_until_) return;
    // An application that flushes all the time spends its retries, and then waits as others do.
    const bool is_open = breaker_.state() == transport::BreakerState::open;
    if (is_open && !retry_budget_.spend(now)) return;
    paused_until_ = Microseconds(0);
    breaker_.end_pause();
}

void Delivery::take_finished() {
    const bool are_empty = drain_rings();
    if (flush_rounds_left_ == 0 || (!are_empty && --flush_rounds_left_ > 0)) return;
    flush_rounds_left_ = 0;
    flush_mark_ = queue_.pushed_total();
}

bool Delivery::drain_rings() {
    for (int i = 0; i < kDrainsPerRound; ++i) {
        model::SpanBuilder builder;
        const std::size_t count = parts_.spans.drain(builder, kDrainSpans);
        if (count == 0) return true;
        tell_losses(builder);
        encode(builder.finish());
        queue_bytes_.set(static_cast<std::int64_t>(queue_.size_bytes()));
        queue_spans_.set(static_cast<std::int64_t>(queue_.spans()));
        if (count < kDrainSpans) return true;
    }
    return false;
}

void Delivery::tell_losses(model::SpanBuilder& spans) noexcept {
    ReporterCounts counts;
    add_counts(counts);
    counts.tracer = parts_.spans.counts();
    try {
        loss_notice_.add_to(spans, counts);
    } catch (const std::bad_alloc&) {  // the notice alone is lost; the counts can still be read
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
    // Not what comes meanwhile, unless it makes a whole message: under steady traffic the queue
    // would never be empty, every message small, and no flush seen.
    const std::uint64_t end = queue_.pushed_total();
    const transport::MessageBounds whole = parts_.sender->bounds();
    while (!queue_.empty() && !stopped_.load() && !is_rest_due()) {
        const bool is_whole =
            queue_.spans() >= whole.payloads_max || queue_.size_bytes() >= whole.bytes_max;
        const bool goes_on = is_whole && asked_.load() == flushing_;
        if (queue_.popped_total() >= end && !goes_on) return;
        if (!may_send()) return;
        send_message();
        settle_flush();
        take_finished();
    }
}

bool Delivery::may_send() {
    const Microseconds now = clock_.steady_now();
    if (now < paused_until_ || !breaker_.allows(now)) return false;
    // Probes have a pace of their own.
    if (!oldest_has_failed_ || breaker_.state() == transport::BreakerState::half_open) return true;
    if (retry_budget_.spend(now)) return true;
    paused_until_ = retry_budget_.next_at();
    return false;
}

Microseconds Delivery::next_attempt_at() const noexcept {
    const bool is_open = breaker_.state() == transport::BreakerState::open;
    return is_open ? std::max(paused_until_, breaker_.open_until()) : paused_until_;
}

void Delivery::send_message() {
    queue_.oldest(*parts_.sender, message_);
    if (breaker_.state() == transport::BreakerState::half_open && message_.size() > kProbeSpans) {
        message_.resize(kProbeSpans);
    }
    if (oldest_has_failed_) {
        retries_.add();
    } else {
        retry_budget_.earn();
    }
    breaker_state_.store(breaker_.state());  // a probe may take long
    const auto deadline = transport::Deadline::after(options_.send_timeout);
    sending_since_us_.store(clock_.steady_now().count());
    const transport::SendResult result = parts_.sender->send(message_, deadline);
    sending_since_us_.store(0);
    settle(result, message_.size());
    queue_bytes_.set(static_cast<std::int64_t>(queue_.size_bytes()));
    queue_spans_.set(static_cast<std::int64_t>(queue_.spans()));
}

void Delivery::settle(const transport::SendResult& result, std::size_t spans) {
    oldest_has_failed_ = false;
    const bool had_failed = failures_in_row_.value() != 0;
    const bool worked_again = had_failed && result.outcome == Outcome::accepted;
    if (result.outcome == Outcome::accepted) {
        note_success(result, spans);
    } else {
        note_failure(result);
    }
    switch (result.outcome) {
        case Outcome::accepted: break;
        case Outcome::refused: count(DropReason::refused, spans); break;
        case Outcome::unanswered: count(DropReason::unanswered, spans); break;
        case Outcome::try_later:
        case Outcome::not_sent: oldest_has_failed_ = true; break;
    }
    if (!oldest_has_failed_) queue_.pop(spans);
    breaker_state_.store(breaker_.state());
    note_news(worked_again);
}

void Delivery::note_news(bool worked_again) noexcept {
    ReporterCounts counts;
    add_counts(counts);
    counts.tracer = parts_.spans.counts();
    const std::uint64_t troubles = counts.troubles();
    const bool is_news = worked_again || troubles != troubles_noted_;
    troubles_noted_ = troubles;
    if (is_news && parts_.news) parts_.news->fetch_add(1);
}

void Delivery::note_success(const transport::SendResult& result, std::size_t spans) {
    sent_.add(spans);
    messages_sent_.add();
    failures_in_row_.set(0);
    message_bytes_.add(result.message_bytes);
    written_bytes_.add(result.written_bytes);
    if (result.compression_was_refused) compression_refused_.add();
    backoff_.reset();
    breaker_.succeeded();
}

void Delivery::note_failure(const transport::SendResult& result) {
    messages_failed_.add();
    failures_in_row_.set(failures_in_row_.value() + 1);
    {
        const std::lock_guard lock(mutex_);
        // That we have ended an attempt ourselves is no reason why there was nothing to end before.
        if (!stopped_.load() || last_error_.empty()) last_error_ = result.reason;
    }
    const Microseconds now = clock_.steady_now();
    breaker_.failed(now);
    if (breaker_.state() == transport::BreakerState::open) breaker_openings_.add();
    if (result.outcome == Outcome::refused) return;
    if (close_until_us_.load() != 0) ++failures_at_close_;
    pause_was_asked_for_ = result.outcome == Outcome::try_later;
    // Later than asked, by a part that differs from process to process.
    paused_until_ = now + result.retry_after + backoff_.next();
}

void Delivery::settle_flush() {
    if (flush_rounds_left_ > 0 || queue_.popped_total() < flush_mark_) return;
    const std::lock_guard lock(mutex_);
    if (flushed_ == flushing_) return;
    flushed_ = flushing_;
    flushed_changed_.notify_all();
}

bool Delivery::wait_until_flushed(std::uint64_t ticket, std::chrono::milliseconds timeout) {
    waiting_.fetch_add(1);
    std::unique_lock lock(mutex_);
    flushed_changed_.wait_for(lock, timeout, [&] { return flushed_ >= ticket || gave_up_; });
    const bool is_flushed = flushed_ >= ticket;
    waiting_.fetch_sub(1);
    return is_flushed;
}

void Delivery::begin_close(std::chrono::milliseconds time) noexcept {
    close_until_us_.store((clock_.steady_now() + time).count());
}

void Delivery::give_up_if_hopeless() {
    const Microseconds end(close_until_us_.load());
    if (end == Microseconds(0) || queue_.empty()) return;
    if (next_attempt_at() < end && failures_at_close_ < kFailuresAtCloseMax) return;
    const std::lock_guard lock(mutex_);
    gave_up_ = true;
    flushed_changed_.notify_all();
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
    counts.failures_in_row = static_cast<std::uint64_t>(failures_in_row_.value());
    counts.retries = retries_.value();
    counts.message_bytes = message_bytes_.value();
    counts.written_bytes = written_bytes_.value();
    counts.compression_refused = compression_refused_.value();
    counts.breaker = breaker_state_.load();
    counts.breaker_openings = breaker_openings_.value();
    counts.queue_bytes = static_cast<std::uint64_t>(queue_bytes_.value());
    counts.queue_spans = static_cast<std::uint64_t>(queue_spans_.value());
}

std::string Delivery::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

}  // namespace clew::reporter::internal
