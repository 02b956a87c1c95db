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

Recorder::Recorder(TracerOptions&& options)
    : options_(std::move(options)),
      reader_(options_.ticks, options_.clock),
      half_ring_bytes_(options_.limits.ring_bytes_max / 2),
      generation_(std::uint64_t{fork_generation()} << 1),
      clock_(std::make_unique<TickClock>(reader_.sample())) {
    // What a ring takes is the bound for a span that is being recorded.
    const std::size_t fits =
        SpscRing<>::record_bytes_max(options_.limits.ring_bytes_max) - sizeof(RecordHeader);
    if (options_.limits.span_bytes_max > fits) options_.limits.span_bytes_max = fits;
    time_anchor_.store(clock_->newest(), std::memory_order_relaxed);
}

Recorder* Recorder::create(TracerOptions&& options) noexcept {
    Recorder* made = nullptr;
    try {
        made = new Recorder(std::move(options));
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
        ring->close();
    }
    clock_.reset();
    options_.sampler.reset();
}

void Recorder::deliver(
    const propagation::TraceContext& context, const SpanBlock& block, std::uint64_t end
) noexcept {
    const std::uint32_t generation = block.generation;
    ThreadState& thread = thread_state;
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
    ThreadRing* const ring = ThreadRing::create(limits().ring_bytes_max);
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
    return drain_rings(into, spans_max);
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
    drained_.fetch_add(taken, std::memory_order_release);
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
    std::size_t count = 0;
    for (ThreadRing* ring = rings_.load(std::memory_order_acquire); ring; ring = ring->next) {
        ring->reset_after_fork();
        ++count;
    }
    ring_count_.store(count, std::memory_order_relaxed);
    next_to_drain_ = nullptr;
    for (auto& dropped : dropped_) dropped.store(0, std::memory_order_relaxed);
    for (auto* number : {&drained_, &unringed_, &texts_cut_, &orphans_}) {
        number->store(0, std::memory_order_relaxed);
    }
    if (clock_ != nullptr) {
        clock_->restart(reader_.sample());
        time_anchor_.store(clock_->newest(), std::memory_order_relaxed);
    }
    attention_.fetch_or(kUntold, std::memory_order_acq_rel);
}

}  // namespace clew::tracer::internal
