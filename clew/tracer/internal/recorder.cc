// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/recorder.h"

#include <cstring>
#include <new>
#include <utility>

#include <sched.h>

#include "clew/tracer/internal/record_reader.h"
#include "clew/tracer/internal/span_record.h"

namespace clew::tracer::internal {

namespace {

constinit std::atomic<Recorder*> all_recorders{nullptr};

// For the rare meetings of reporter and close(); application threads only ever try.
bool try_lock(std::atomic<std::uint32_t>& lock) noexcept {
    return lock.exchange(1, std::memory_order_acquire) == 0;
}

void unlock(std::atomic<std::uint32_t>& lock) noexcept { lock.store(0, std::memory_order_release); }

// Straight into the ring: put together elsewhere it would be copied before its stores are done.
void write_header(
    char* place, const propagation::TraceContext& context, const SpanBlock& block, std::uint64_t end
) noexcept {
    auto* const header = new (place) RecordHeader;
    header->trace_id = context.trace_id;
    header->span_id = context.span_id;
    header->parent_id = context.parent_id;
    header->start = block.start;
    header->end = end;
    header->time_anchor = context.time_anchor;
    header->kind = block.kind;
    header->flags = block.flags;
    if (context.debug) header->flags |= kDebug;
    if (context.shared) header->flags |= kShared;
}

class Locked {
public:
    explicit Locked(std::atomic<std::uint32_t>& lock) noexcept : lock_(lock) {
        while (!try_lock(lock_)) sched_yield();
    }
    Locked(const Locked&) = delete;
    Locked& operator=(const Locked&) = delete;
    ~Locked() { unlock(lock_); }

private:
    std::atomic<std::uint32_t>& lock_;
};

}  // namespace

Recorder::Recorder(TracerOptions&& options, std::unique_ptr<RingDirectory> directory)
    : options_(std::move(options)),
      reader_(options_.ticks, options_.clock),
      half_ring_bytes_(options_.limits.ring_bytes_max / 2),
      generation_(std::uint64_t{fork_generation()} << 1),
      clock_(std::make_unique<TickClock>(reader_.sample())),
      directory_(std::move(directory)),
      may_recover_(directory_ != nullptr) {
    // What a ring takes is the bound for a span that is being recorded.
    const std::size_t fits =
        SpscRing<>::record_bytes_max(options_.limits.ring_bytes_max) - sizeof(RecordHeader);
    if (options_.limits.span_bytes_max > fits) options_.limits.span_bytes_max = fits;
    time_anchor_.store(clock_->newest(), std::memory_order_relaxed);
}

Recorder* Recorder::create(
    TracerOptions&& options, std::unique_ptr<RingDirectory> directory
) noexcept {
    Recorder* made = nullptr;
    try {
        made = new Recorder(std::move(options), std::move(directory));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
    made->next_ = all_recorders.load(std::memory_order_relaxed);
    while (!all_recorders.compare_exchange_weak(
        made->next_, made, std::memory_order_release, std::memory_order_relaxed
    )) {}
    return made;
}

void Recorder::close() noexcept {
    meet_generation(fork_generation());
    attention_.fetch_or(kClosed, std::memory_order_acq_rel);
    set_wake_up({});
    const Locked reading(reader_lock_);
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = ring->next) {
        if (ring->has_file()) directory_->remove(*ring);
        ring->close();
    }
    end_recovery();
    clock_.reset();
}

void Recorder::release_sampler() noexcept { options_.sampler.reset(); }

void Recorder::deliver(
    const propagation::TraceContext& context, const SpanBlock& block, std::uint64_t end
) noexcept {
    const std::uint32_t generation = block.generation;
    ThreadState& thread = thread_state;
    if (Entered::is(thread)) [[unlikely]] {
        return count_lost(DropReason::in_signal);
    }
    const Entered entered(thread);
    const RingSlot& slot = thread.slots.front();
    const bool is_known = slot.recorder == this && slot.generation == generation;
    ThreadRing* const ring = is_known ? slot.ring : ring_of(thread, generation);
    if (ring == nullptr) return;
    const std::uint32_t attention = attention_.load(std::memory_order_relaxed);
    if ((attention & kClosed) != 0) return count_lost(DropReason::closed);
    ring->count_finished();
    const std::string_view entries = block.text();
    if (char* const place = ring->spans().reserve(sizeof(RecordHeader) + entries.size())) {
        write_header(place, context, block, end);
        std::memcpy(place + sizeof(RecordHeader), entries.data(), entries.size());
        ring->spans().publish();
    } else {
        ring->count_full();
    }
    if ((attention & kUntold) != 0) [[unlikely]] {
        tell(WakeReason::first_finish);
    } else if (ring->is_newly_half_full(half_ring_bytes_)) [[unlikely]] {
        tell(WakeReason::half_full);
    }
    if (thread.has_ended) [[unlikely]] {
        thread.release_rings();
    }
}

ThreadRing* Recorder::ring_of(ThreadState& thread, std::uint32_t generation) noexcept {
    if (ThreadRing* const ring = thread.find(this, generation)) return ring;
    meet_generation(generation);
    if ((attention_.load(std::memory_order_relaxed) & kClosed) != 0) {
        count_lost(DropReason::closed);
        return nullptr;
    }
    ThreadRing* const ring = own_ring();
    if (ring != nullptr) thread.remember({this, ring, generation});
    return ring;
}

ThreadRing* Recorder::own_ring() noexcept {
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = ring->next) {
        if (ring->try_own()) return ring;
    }
    if (ring_count_.fetch_add(1, std::memory_order_relaxed) >= limits().rings_max) {
        ring_count_.fetch_sub(1, std::memory_order_relaxed);
        count_lost(DropReason::rings_max);
        return nullptr;
    }
    ThreadRing* const ring = add_ring();
    if (ring == nullptr) {
        ring_count_.fetch_sub(1, std::memory_order_relaxed);
        count_lost(DropReason::no_memory);
    }
    return ring;
}

ThreadRing* Recorder::add_ring() noexcept {
    const std::size_t bytes = limits().ring_bytes_max;
    ThreadRing* ring = directory_ == nullptr ? nullptr : directory_->create_ring(bytes, reader_);
    if (ring == nullptr) {
        if (directory_ != nullptr) rings_unfiled_.fetch_add(1, std::memory_order_relaxed);
        ring = ThreadRing::create(bytes);
    }
    if (ring == nullptr) return nullptr;
    ring->next = rings_.load(std::memory_order_relaxed);
    // Release pairs with the acquire of everyone who walks the list.
    while (!rings_.compare_exchange_weak(
        ring->next, ring, std::memory_order_release, std::memory_order_relaxed
    )) {}
    return ring;
}

void Recorder::count_lost(DropReason reason) noexcept {
    unringed_.fetch_add(1, std::memory_order_release);
    dropped_[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_release);
}

void Recorder::tell(WakeReason reason) noexcept {
    // Busy: another thread tells, or the hook is being replaced. What is untold stays so.
    if (!try_lock(hook_lock_)) return;
    const std::uint32_t attention = attention_.fetch_and(~kUntold, std::memory_order_acq_rel);
    // Two threads may have met the same kUntold: one of them tells.
    const bool is_news = reason != WakeReason::first_finish || (attention & kUntold) != 0;
    auto* const hook = hook_.load(std::memory_order_relaxed);
    if (is_news && hook != nullptr) {
        hook(hook_receiver_.load(std::memory_order_relaxed), reason);
    }
    unlock(hook_lock_);
}

void Recorder::set_wake_up(WakeUp wake_up) noexcept {
    meet_generation(fork_generation());
    const Locked telling(hook_lock_);
    // In this order a fork() in between leaves a child with no hook or a whole one.
    hook_.store(nullptr, std::memory_order_relaxed);
    hook_receiver_.store(wake_up.receiver, std::memory_order_relaxed);
    hook_.store(wake_up.call, std::memory_order_relaxed);
    attention_.fetch_or(kUntold, std::memory_order_acq_rel);
}

std::size_t Recorder::drain(model::SpanBuilder& into, std::size_t spans_max) noexcept {
    meet_generation(fork_generation());
    const Locked reading(reader_lock_);
    if (clock_ == nullptr) return 0;  // closed
    clock_->observe(reader_.sample());
    time_anchor_.store(clock_->newest(), std::memory_order_relaxed);
    std::size_t taken = drain_rings(into, spans_max);
    if (directory_ != nullptr) {
        note_clock();
        taken += recover(into, spans_max - taken);
    }
    drained_.fetch_add(taken, std::memory_order_release);
    return taken;
}

std::size_t Recorder::drain_rings(model::SpanBuilder& into, std::size_t spans_max) noexcept {
    // Twice around at most: from where the last call stopped to the end, then all from the start.
    ThreadRing* ring = next_to_drain_;
    std::size_t taken = 0;
    for (int round = 0; round < 2 && taken < spans_max; ++round) {
        if (ring == nullptr) ring = rings_.load(std::memory_order_acquire);
        for (; ring != nullptr && taken < spans_max; ring = ring->next) {
            taken += drain_ring(*ring, into, spans_max - taken);
        }
    }
    next_to_drain_ = ring;
    return taken;
}

std::size_t Recorder::drain_ring(
    ThreadRing& ring, model::SpanBuilder& into, std::size_t spans_max
) noexcept {
    RecordReader reader(options_, *clock_, into);
    std::size_t taken = 0;
    for (std::size_t seen = 0; seen < spans_max; ++seen) {
        const std::string_view record = ring.spans().front();
        if (record.data() == nullptr) break;
        if (reader.append(record)) {
            ++taken;
        } else {
            dropped_[static_cast<std::size_t>(DropReason::no_memory)].fetch_add(
                1, std::memory_order_release
            );
        }
        ring.spans().pop();
    }
    return taken;
}

void Recorder::note_clock() noexcept {
    const TickSample& at = clock_->newest_sample();
    const ClockPoint point{
        at.tick, at.wall_ns, clock_->ns_per_tick(), clock_->rate_is_settled() ? 1U : 0U};
    if (point.ns_per_tick == 0) return;
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = ring->next) {
        if (ring->has_file()) ring->file().header().set_clock(point);
    }
}

bool Recorder::may_recover() noexcept {
    meet_generation(fork_generation());
    return may_recover_.load();
}

std::size_t Recorder::recover(model::SpanBuilder& into, std::size_t spans_max) noexcept {
    if (spans_max == 0 || !may_recover_.load()) return 0;
    if (recovery_ == nullptr) {
        if (!RingRecovery::claim()) return 0;  // another tracer of this process is at it
        // A tracer that still held descriptors of the parent's files would, when it closes them,
        // give back this process's locks on them.
        for (Recorder* other = all_recorders.load(std::memory_order_acquire); other != nullptr;
             other = other->next_) {
            other->meet_generation(fork_generation());
        }
        recovery_.reset(new (std::nothrow) RingRecovery(options_, *directory_));
        if (recovery_ == nullptr) {
            RingRecovery::give_back_claim();
            return 0;
        }
        recovery_->of_parents = recovery_of_parents_;
    }
    const RingRecovery::Taken taken =
        recovery_->take(into, spans_max, *clock_, reader_.uses_counter());
    recovered_.fetch_add(taken.spans + taken.no_memory, std::memory_order_release);
    recovery_damaged_.fetch_add(taken.damaged, std::memory_order_relaxed);
    dropped_[static_cast<std::size_t>(DropReason::no_memory)].fetch_add(
        taken.no_memory, std::memory_order_release
    );
    if (recovery_->is_done()) end_recovery();
    return taken.spans;
}

void Recorder::end_recovery() noexcept {
    may_recover_.store(false);
    if (recovery_ == nullptr) return;
    recovery_.reset();
    RingRecovery::give_back_claim();
}

FinishedCounts Recorder::counts() noexcept {
    meet_generation(fork_generation());
    FinishedCounts counts;
    // What became of a span is read before how many there were, so the sum never exceeds it.
    counts.drained = drained_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < kDropReasons; ++i) {
        counts.dropped[i] = dropped_[i].load(std::memory_order_acquire);
    }
    std::uint64_t& full = counts.dropped[static_cast<std::size_t>(DropReason::ring_full)];
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = ring->next) {
        full += ring->full();
        counts.finished += ring->finished();
    }
    counts.recovered = recovered_.load(std::memory_order_acquire);
    counts.recovery_damaged = recovery_damaged_.load(std::memory_order_relaxed);
    counts.rings_unfiled = rings_unfiled_.load(std::memory_order_relaxed);
    counts.finished += unringed_.load(std::memory_order_acquire);
    counts.texts_cut = texts_cut_.load(std::memory_order_relaxed);
    counts.orphans = orphans_.load(std::memory_order_relaxed);
    return counts;
}

void Recorder::meet_generation(std::uint32_t generation) noexcept {
    const std::uint64_t wanted = std::uint64_t{generation} << 1;
    std::uint64_t seen = generation_.load(std::memory_order_acquire);
    while (seen != wanted) {
        if (seen == (wanted | 1)) {  // another thread of this child is at it
            sched_yield();
            seen = generation_.load(std::memory_order_acquire);
        } else if (generation_.compare_exchange_strong(
                       seen, wanted | 1, std::memory_order_acq_rel
                   )) {
            reset_after_fork();
            generation_.store(wanted, std::memory_order_release);
            return;
        }
    }
}

void Recorder::reset_after_fork() noexcept {
    // The parent's threads may have held the locks; they are not here any more.
    unlock(hook_lock_);
    unlock(reader_lock_);
    reset_rings_after_fork();
    for (auto& dropped : dropped_) dropped.store(0, std::memory_order_relaxed);
    for (auto* number :
         {&drained_,
          &unringed_,
          &texts_cut_,
          &orphans_,
          &recovered_,
          &recovery_damaged_,
          &rings_unfiled_}) {
        number->store(0, std::memory_order_relaxed);
    }
    may_recover_.store(directory_ != nullptr && clock_ != nullptr);
    if (recovery_ != nullptr) {
        // As it was in the middle of something it is not freed, only let go of its file.
        recovery_->abandon_in_child();
        recovery_of_parents_ = recovery_.release();
    }
    if (clock_ != nullptr) {
        clock_->restart(reader_.sample());
        time_anchor_.store(clock_->newest(), std::memory_order_relaxed);
    }
    attention_.fetch_or(kUntold, std::memory_order_acq_rel);
}

void Recorder::reset_rings_after_fork() noexcept {
    // Nobody else uses the list now, so that it may lose the rings that lie in the parent's files.
    std::size_t count = 0;
    ThreadRing* kept = nullptr;
    ThreadRing* next = nullptr;
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = next) {
        next = ring->next;
        if (ring->has_file()) {
            ring->leave_to_parent();
            continue;
        }
        ring->reset_after_fork();
        ring->next = kept;
        kept = ring;
        ++count;
    }
    rings_.store(kept, std::memory_order_release);
    ring_count_.store(count, std::memory_order_relaxed);
    next_to_drain_ = nullptr;
}

}  // namespace clew::tracer::internal
