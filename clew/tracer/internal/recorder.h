// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a Tracer, its spans and its FinishedSpans share: options, the rings of all threads, counts,
// and the hook of the reporter. Made with the tracer and closed with it, but never freed, because
// spans on other threads may still point here; a closed recorder holds a few hundred bytes.
//
// Threads: as each part says.
// Invariants:
//   1. Rings are only ever added to the list, at its head, and stay in it.
//   2. Whoever holds reader_lock_ is the only reader of spans and user of clock_.
//   3. After fork() nothing here is used by a child before meet_generation() has run in it.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/propagation/trace_context.h"
#include "clew/tracer/finished_spans.h"
#include "clew/tracer/internal/ring_directory.h"
#include "clew/tracer/internal/ring_recovery.h"
#include "clew/tracer/internal/span_block.h"
#include "clew/tracer/internal/thread_state.h"
#include "clew/tracer/internal/tick_clock.h"
#include "clew/tracer/internal/tick_reader.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer::internal {

class Recorder {
public:
    // Requires: options are checked. Null when memory is short.
    // `directory` is that of the option ring_dir; null: rings have no files.
    static Recorder* create(
        TracerOptions&& options, std::unique_ptr<RingDirectory> directory = nullptr
    ) noexcept;
    // Nothing is taken in or drained any more. Calls on other threads may go on meanwhile.
    void close() noexcept;
    // Requires: closed, and no thread begins a span.
    void release_sampler() noexcept;

    const TracerOptions& options() const noexcept { return options_; }
    const TracerLimits& limits() const noexcept { return options_.limits; }
    std::uint64_t ticks() const noexcept { return reader_.now(); }
    // The anchor for traces that begin now.
    std::uint32_t time_anchor() const noexcept {
        return time_anchor_.load(std::memory_order_relaxed);
    }
    // `request` may be null.
    bool is_sampled(const model::TraceId& trace_id, const sampler::Request* request)
        const noexcept {
        const sampler::Sampler* const sampler = options_.sampler.get();
        if (sampler == nullptr) return true;
        return request == nullptr ? sampler->is_sampled(trace_id)
                                  : sampler->is_sampled(trace_id, *request);
    }

    // Puts a span that ended into the ring of the calling thread, or counts why not. Wakes the
    // reporter when it has to. `end` is as the draft's flags say.
    void deliver(
        const propagation::TraceContext& context, const SpanBlock& block, std::uint64_t end
    ) noexcept;
    // A span that found no way into a ring.
    void count_lost(DropReason reason) noexcept;
    void count_cut() noexcept { texts_cut_.fetch_add(1, std::memory_order_relaxed); }
    void count_orphan() noexcept { orphans_.fetch_add(1, std::memory_order_relaxed); }

    // The faces of FinishedSpans.
    std::size_t drain(model::SpanBuilder& into, std::size_t spans_max) noexcept;
    void set_wake_up(WakeUp wake_up) noexcept;
    FinishedCounts counts() noexcept;
    bool may_recover() noexcept;

private:
    // What deliver() has to look at besides its ring: usually nothing.
    static constexpr std::uint32_t kUntold = 1;  // the reporter does not know that spans finish
    static constexpr std::uint32_t kClosed = 2;

    Recorder(TracerOptions&& options, std::unique_ptr<RingDirectory> directory);

    ThreadRing* ring_of(ThreadState& thread, std::uint32_t generation) noexcept;
    ThreadRing* own_ring() noexcept;
    ThreadRing* add_ring() noexcept;
    void tell(WakeReason reason) noexcept;
    std::size_t drain_rings(model::SpanBuilder& into, std::size_t spans_max) noexcept;
    std::size_t drain_ring(
        ThreadRing& ring, model::SpanBuilder& into, std::size_t spans_max
    ) noexcept;
    // With ring_dir: what a kill from now on leaves can be placed in time.
    void note_clock() noexcept;
    // With ring_dir: spans of killed processes, as rows.
    std::size_t recover(model::SpanBuilder& into, std::size_t spans_max) noexcept;
    void end_recovery() noexcept;
    // In a child: begins anew, once, whichever thread comes first.
    void meet_generation(std::uint32_t generation) noexcept;
    void reset_after_fork() noexcept;
    void reset_rings_after_fork() noexcept;

    TracerOptions options_;  // never changes, but for the sampler at close()
    const TickReader reader_;
    const std::size_t half_ring_bytes_;
    std::atomic<std::uint32_t> attention_{kUntold};
    std::atomic<std::uint32_t> time_anchor_{0};
    // Twice the generation that the rest belongs to, plus one while a thread resets it.
    std::atomic<std::uint64_t> generation_;

    std::atomic<ThreadRing*> rings_{nullptr};
    std::atomic<std::size_t> ring_count_{0};

    std::atomic<std::uint32_t> hook_lock_{0};
    std::atomic<void (*)(void*, WakeReason) noexcept> hook_{nullptr};
    std::atomic<void*> hook_receiver_{nullptr};

    std::atomic<std::uint32_t> reader_lock_{0};
    std::unique_ptr<TickClock> clock_;  // null once closed
    ThreadRing* next_to_drain_ = nullptr;

    std::atomic<std::uint64_t> drained_{0};
    std::atomic<std::uint64_t> unringed_{0};  // finished without a ring to go to
    std::array<std::atomic<std::uint64_t>, kDropReasons> dropped_{};
    std::atomic<std::uint64_t> texts_cut_{0};
    std::atomic<std::uint64_t> orphans_{0};

    const std::unique_ptr<RingDirectory> directory_;  // null without ring_dir
    std::atomic<bool> may_recover_;
    std::unique_ptr<RingRecovery> recovery_;       // while it lasts; see invariant 2
    RingRecovery* recovery_of_parents_ = nullptr;  // never touched again, nor freed
    std::atomic<std::uint64_t> recovered_{0};
    std::atomic<std::uint64_t> recovery_damaged_{0};
    std::atomic<std::uint64_t> rings_unfiled_{0};

    Recorder* next_ = nullptr;  // of all recorders, so that leak checkers see them
};

}  // namespace clew::tracer::internal
