// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/async_reporter.h"

#include <algorithm>
#include <mutex>
#include <new>
#include <utility>

#include <unistd.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/base/concurrent/pinned_code.h"
#include "clew/base/concurrent/worker.h"
#include "clew/reporter/internal/delivery.h"

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;

enum class WorkerState : std::uint8_t { none, starting, running, ended };

std::uint64_t seed() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    return static_cast<std::uint64_t>(now) ^ (static_cast<std::uint64_t>(getpid()) << 40U);
}

}  // namespace

// What belongs to one process. An era that a child inherited is never touched again, except for its
// socket, and never freed: the parent's worker may have been changing anything in it.
struct AsyncReporter::Era {
    std::uint32_t generation = fork_generation();
    std::shared_ptr<internal::Delivery> delivery;
    std::atomic<WorkerState> state{WorkerState::none};
    std::mutex ending;         // held by rest() and close() while they end the worker
    bool is_closing = false;   // guarded by `ending`: nothing is listened to any more
    Worker worker;             // touched by whoever moved `state` away from none, or holds `ending`
    Era* inherited = nullptr;  // reachable, so that leak checkers see that it is kept on purpose
};

Expected<std::unique_ptr<AsyncReporter>> AsyncReporter::create(
    ReporterParts parts, const ReporterOptions& options
) {
    if (Expected<void> checked = check(options); !checked) return std::move(checked).error();
    if (!parts.make_encoder || !parts.make_sender) {
        return Error{Code::invalid_argument, "a reporter needs an encoder and a sender"};
    }
    pin_own_code();
    std::unique_ptr<AsyncReporter> reporter(new AsyncReporter(std::move(parts), options));
    reporter->era_.store(reporter->make_era().release());
    reporter->listen();
    return reporter;
}

AsyncReporter::AsyncReporter(ReporterParts parts, const ReporterOptions& options)
    : parts_(std::move(parts)), options_(options) {}

AsyncReporter::~AsyncReporter() {
    close();
    Era* const last = era_.load();
    // Without memory for an era of its own, a child still has its parent's here.
    if (last->generation == fork_generation()) delete last;
}

std::unique_ptr<AsyncReporter::Era> AsyncReporter::make_era() const {
    auto era = std::make_unique<Era>();
    era->delivery = std::make_shared<internal::Delivery>(
        internal::Delivery::Parts{parts_.spans, parts_.make_encoder(), parts_.make_sender(), news_},
        options_,
        system_clock(),
        seed()
    );
    return era;
}

AsyncReporter::Era* AsyncReporter::era() const noexcept {
    Era* known = era_.load();
    if (known->generation == fork_generation()) return known;
    try {
        std::unique_ptr<Era> fresh = make_era();
        fresh->inherited = known;
        if (!era_.compare_exchange_strong(known, fresh.get())) return known;
        known->delivery->abandon_in_child();
        return fresh.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void AsyncReporter::listen() noexcept {
    tracer::FinishedSpans spans = parts_.spans;
    spans.set_wake_up(
        {[](void* self, tracer::WakeReason reason) noexcept {
             static_cast<AsyncReporter*>(self)->woken(reason);
         },
         this}
    );
}

void AsyncReporter::stop_listening(Era* own) noexcept {
    tracer::FinishedSpans spans = parts_.spans;
    if (own == nullptr) return spans.set_wake_up({});
    const std::lock_guard lock(own->ending);
    own->is_closing = true;
    spans.set_wake_up({});
}

void AsyncReporter::woken(tracer::WakeReason reason) noexcept {
    Era* const own = era();
    if (own == nullptr || closed_.load()) return;
    const bool was_running = own->state.load() == WorkerState::running;
    if (!ensure_worker(*own)) return;
    if (was_running && reason == tracer::WakeReason::half_full) own->worker.wake();
}

bool AsyncReporter::ensure_worker(Era& era) noexcept {
    WorkerState state = WorkerState::none;
    if (!era.state.compare_exchange_strong(state, WorkerState::starting)) {
        return state == WorkerState::running;
    }
    bool started = false;
    try {
        const auto delivery = era.delivery;
        started = era.worker.start(
                                "clew-report", [delivery](Worker& self) { delivery->run(self); }
        ).has_value();
    } catch (const std::bad_alloc&) {
        started = false;
    }
    era.state.store(started ? WorkerState::running : WorkerState::none);
    return started;
}

bool AsyncReporter::has_work(const Era& era) const noexcept {
    if (era.state.load() != WorkerState::none || parts_.spans.may_recover()) return true;
    ReporterCounts counts;
    era.delivery->add_counts(counts);
    const tracer::FinishedCounts spans = parts_.spans.counts();
    return counts.queue_spans > 0 ||
           spans.finished + spans.recovered > spans.drained + spans.dropped_total();
}

bool AsyncReporter::flush(milliseconds timeout) noexcept {
    Era* const own = era();
    if (own == nullptr || closed_.load()) return false;
    if (!has_work(*own)) return true;
    const std::uint64_t ticket = own->delivery->ask_flush();
    if (ensure_worker(*own)) own->worker.wake();
    return own->delivery->wait_until_flushed(ticket, timeout);
}

bool AsyncReporter::close(milliseconds timeout) noexcept {
    if (closed_.load())
        return counts().dropped[static_cast<std::size_t>(DropReason::at_close)] == 0;
    Era* const own = era();
    stop_listening(own);
    if (own != nullptr) own->delivery->begin_close(timeout);
    const bool flushed = flush(timeout);
    closed_.store(true);
    if (own == nullptr) return false;
    own->delivery->stop_sending();
    const std::lock_guard lock(own->ending);
    if (own->state.exchange(WorkerState::ended) == WorkerState::running) {
        own->worker.stop(kEndGrace);
    }
    return flushed;
}

bool AsyncReporter::rest(milliseconds timeout) noexcept {
    Era* const own = era();
    if (own == nullptr) return true;
    const std::unique_lock lock(own->ending, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    if (own->is_closing) return false;
    if (own->state.load() != WorkerState::running) return true;
    if (!own->delivery->ask_rest(timeout / 2)) return false;
    own->worker.wake();
    if (!own->worker.wait_until_ended(timeout) && own->delivery->withdraw_rest()) return false;
    own->worker.stop_ended(kEndGrace);
    own->state.store(WorkerState::none);
    listen();
    if (own->delivery->has_unseen_flush()) ensure_worker(*own);
    return true;
}

ReporterCounts AsyncReporter::counts() const noexcept {
    ReporterCounts counts;
    Era* const own = era();
    if (own == nullptr) return counts;
    own->delivery->add_counts(counts);
    counts.tracer = parts_.spans.counts();
    if (!closed_.load()) return counts;
    counts.dropped[static_cast<std::size_t>(DropReason::at_close)] += counts.on_their_way();
    return counts;
}

std::string AsyncReporter::last_error() const {
    Era* const own = era();
    return own == nullptr ? std::string() : own->delivery->last_error();
}

}  // namespace clew::reporter
