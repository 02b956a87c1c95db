// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reporting of one process: takes finished spans out of the rings, encodes them, sends them,
// waits as collectors ask, and counts. Made by AsyncReporter, one per process (a forked child gets
// a new one and leaves its parent's untouched), run by the worker "clew-report".
//
// Threads: round() and run() on the worker alone; the rest from anywhere. Lifetime: shared by the
// reporter and its worker, because a worker that does not end in time outlives the reporter.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "clew/base/clock.h"
#include "clew/base/concurrent/worker.h"
#include "clew/base/counter.h"
#include "clew/codec/span_encoder.h"
#include "clew/reporter/internal/encoded_queue.h"
#include "clew/reporter/internal/loss_notice.h"
#include "clew/reporter/reporter_counts.h"
#include "clew/reporter/reporter_options.h"
#include "clew/tracer/finished_spans.h"
#include "clew/transport/backoff.h"
#include "clew/transport/circuit_breaker.h"
#include "clew/transport/retry_budget.h"
#include "clew/transport/sender.h"

namespace clew::reporter::internal {

class Delivery {
public:
    struct Parts {
        tracer::FinishedSpans spans;
        std::unique_ptr<codec::SpanEncoder> encoder;
        std::unique_ptr<transport::Sender> sender;
        // Grows as AsyncReporter::news() says; null: nobody asks.
        std::shared_ptr<std::atomic<std::uint32_t>> news = nullptr;
    };

    // Requires: clock outlives this; options passed check(). `seed` spreads processes' retries.
    Delivery(Parts parts, const ReporterOptions& options, const Clock& clock, std::uint64_t seed);
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    // The worker's body: rounds until it is stopped.
    void run(Worker& self);
    // Takes what has finished and sends what may be sent now. Returns when to come again.
    std::chrono::microseconds round();

    // A ticket for wait_until_flushed(); the worker has to be woken.
    std::uint64_t ask_flush() noexcept { return asked_.fetch_add(1) + 1; }
    // True when all spans that had finished before the ticket was asked for are sent or dropped;
    // false when the time is up, or a close has found that there is no point in waiting.
    bool wait_until_flushed(std::uint64_t ticket, std::chrono::milliseconds timeout);

    // The application ends within `time`: a flush ends, too, as soon as nothing more can be
    // delivered until then. Call it before ask_flush().
    void begin_close(std::chrono::milliseconds time) noexcept;

    // Asks the body to return, with all that it has kept, and to send before that what can be sent
    // within `time`; the worker has to be woken, and may run the body again later. False, and
    // nothing is asked, while a message has been under way for longer than kHungAfter.
    bool ask_rest(std::chrono::milliseconds time) noexcept;
    // Takes the request back. False: too late, the body is about to return.
    bool withdraw_rest() noexcept;
    // A flush was asked for that no round has seen yet. Requires: the body does not run.
    bool has_unseen_flush() const noexcept { return asked_.load() > flushing_; }

    static constexpr std::chrono::milliseconds kHungAfter{100};

    // For good: what is being sent is given up, nothing more is sent.
    void stop_sending() noexcept;
    // In a forked child: gives the inherited socket back.
    void abandon_in_child() noexcept { parts_.sender->abandon_in_child(); }

    // Without the tracer's counts and without at_close.
    void add_counts(ReporterCounts& counts) const noexcept;
    // Of the newest failed attempt; empty: none failed.
    std::string last_error() const;

private:
    enum class Rest : std::uint8_t { none, asked, taken };

    bool takes_rest() noexcept;
    // The time for sending before a rest is over.
    bool is_rest_due() const noexcept;
    void take_finished();
    // False when it left some behind.
    bool drain_rings();
    void tell_losses(model::SpanBuilder& spans) noexcept;
    void encode(const model::SpanBatch& batch);
    void send_queued();
    // Sends one message and does what follows from its outcome.
    void send_message();
    void settle(const transport::SendResult& result, std::size_t spans);
    void note_success(const transport::SendResult& result, std::size_t spans);
    void note_failure(const transport::SendResult& result);
    // After an attempt: whether an application that logs should look at the counts.
    void note_news(bool worked_again) noexcept;
    void begin_flush(std::uint64_t asked);
    // Whether pause, breaker and budget let the oldest message go now.
    bool may_send();
    // Earliest time for the next attempt.
    Microseconds next_attempt_at() const noexcept;
    void settle_flush();
    // Ends the waiting of a close for which nothing more can be delivered.
    void give_up_if_hopeless();
    void count(DropReason reason, std::uint64_t spans) noexcept {
        dropped_[static_cast<std::size_t>(reason)].add(spans);
    }

    Parts parts_;
    const ReporterOptions options_;
    const Clock& clock_;

    LossNotice loss_notice_;
    EncodedQueue queue_;
    std::vector<std::string_view> message_;  // points into queue_
    transport::Backoff backoff_;
    transport::CircuitBreaker breaker_;
    transport::RetryBudget retry_budget_;
    Microseconds paused_until_{0};      // steady
    bool pause_was_asked_for_ = false;  // by the peer; then a flush does not cut it short
    bool oldest_has_failed_ = false;    // so that its next attempt is a retry
    int failures_at_close_ = 0;         // since begin_close()
    std::uint64_t troubles_noted_ = 0;  // ReporterCounts::troubles() at the last news
    std::uint64_t flushing_ = 0;        // the newest ticket seen
    int flush_rounds_left_ = 0;         // for the rings to be emptied; then its mark is set
    std::uint64_t flush_mark_ = 0;      // queue_.popped_total() that settles it

    std::atomic<std::uint64_t> asked_{0};  // the newest ticket given out
    std::atomic<bool> stopped_{false};
    std::atomic<std::int64_t> close_until_us_{0};  // steady; 0: nobody closes
    std::atomic<Rest> rest_{Rest::none};
    std::atomic<std::int64_t> rest_at_us_{0};        // steady; when rest_ is asked: due then
    std::atomic<std::int64_t> sending_since_us_{0};  // steady; 0: no message is under way
    std::atomic<int> waiting_{0};                    // in wait_until_flushed()
    Counter sent_;
    std::array<Counter, kDropReasons> dropped_;
    Counter messages_sent_;
    Counter messages_failed_;
    Gauge failures_in_row_;
    Counter retries_;
    Counter message_bytes_;
    Counter written_bytes_;
    Counter compression_refused_;
    Counter breaker_openings_;
    std::atomic<transport::BreakerState> breaker_state_{transport::BreakerState::closed};
    Gauge queue_bytes_;
    Gauge queue_spans_;

    mutable std::mutex mutex_;  // of what is below
    std::condition_variable flushed_changed_;
    std::uint64_t flushed_ = 0;  // the newest ticket settled
    bool gave_up_ = false;
    std::string last_error_;
};

}  // namespace clew::reporter::internal
