// SPDX-License-Identifier: Apache-2.0
#pragma once

// Carries finished spans from a tracer's rings to a collector, off the application's threads: one
// worker named "clew-report", started when the first sampled span finishes, batches, encodes, sends
// and retries within bounds of memory and time. A collector that is unreachable, slow or
// misbehaving costs spans, which are counted by reason, and nothing else. Usually made by
// clew/tracing.
//
// Threads: all calls from anywhere; those that say so block. Fork: a child drops what it inherited
// (its parent sends that) and starts a worker of its own at its first finished span.
// Lifetime: may end before or after its tracer.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "clew/base/clock.h"
#include "clew/base/expected.h"
#include "clew/codec/span_encoder.h"
#include "clew/reporter/reporter_counts.h"
#include "clew/reporter/reporter_options.h"
#include "clew/tracer/finished_spans.h"
#include "clew/transport/sender.h"

namespace clew::reporter {

// What a reporter is put together from. The makers are called once per process, in a child on the
// thread that finishes its first span.
struct ReporterParts {
    tracer::FinishedSpans spans;
    std::function<std::unique_ptr<codec::SpanEncoder>()> make_encoder;
    std::function<std::unique_ptr<transport::Sender>()> make_sender;
};

class AsyncReporter {
public:
    // Starts no thread and opens nothing. Errors: invalid_argument.
    static Expected<std::unique_ptr<AsyncReporter>> create(
        ReporterParts parts, const ReporterOptions& options
    );
    // As close(options.close_timeout).
    ~AsyncReporter();
    AsyncReporter(const AsyncReporter&) = delete;
    AsyncReporter& operator=(const AsyncReporter&) = delete;

    // Blocks until all spans that finished before the call are sent or counted as dropped, at most
    // `timeout`. False when the time ran out: the rest is still on its way.
    bool flush(std::chrono::milliseconds timeout) noexcept;

    // Blocks: flushes within `timeout`, then ends for good; what is unsent counts as at_close. Ends
    // before the timeout when the collector is known to take nothing until then (it was unreachable
    // twice in a row, or wants to be left alone), and at most a moment (kEndGrace) after it. False
    // when something was unsent.
    bool close(std::chrono::milliseconds timeout) noexcept;
    // The same with the option close_timeout.
    bool close() noexcept { return close(options_.close_timeout); }

    // Ends the worker's thread for a while, so that the process may fork with one thread less, and
    // blocks at most `timeout` for it: half of that may go into sending what waits. It starts again
    // with the next span that finishes, or flush. False, and the thread runs on, when it cannot end
    // in time: it is in the middle of a message, or somebody waits for a flush.
    bool rest(std::chrono::milliseconds timeout) noexcept;

    ReporterCounts counts() const noexcept;
    // One sentence about the newest failed attempt to send; empty when none failed.
    std::string last_error() const;
    // Changes after an attempt to send that failed, that worked again, or before which spans were
    // lost: a cheap question for an application that logs, which then asks counts(). It may wrap.
    // Valid until: the reporter ends.
    const std::atomic<std::uint32_t>& news() const noexcept { return *news_; }

    // Grace period for the worker to abandon its current attempt.
    static constexpr std::chrono::milliseconds kEndGrace{250};

private:
    struct Era;

    AsyncReporter(ReporterParts parts, const ReporterOptions& options);
    std::unique_ptr<Era> make_era() const;
    // Of this process; in a child made at the first call. Null when memory is short.
    Era* era() const noexcept;
    void listen() noexcept;
    // For good; `own` may be null.
    void stop_listening(Era* own) noexcept;
    // True when the worker runs.
    bool ensure_worker(Era& era) noexcept;
    bool has_work(const Era& era) const noexcept;
    void woken(tracer::WakeReason reason) noexcept;

    const ReporterParts parts_;
    const ReporterOptions options_;
    // Shared with the worker, which may outlive this.
    const std::shared_ptr<std::atomic<std::uint32_t>> news_ =
        std::make_shared<std::atomic<std::uint32_t>>(0);
    mutable std::atomic<Era*> era_{nullptr};
    std::atomic<bool> closed_{false};
};

}  // namespace clew::reporter
