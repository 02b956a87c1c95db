// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one thread keeps between spans: the rings that it owns, one for each tracer it records for,
// its generator of ids, and memory for spans to come. Trivially destructible, so that reaching it
// costs no check; another object, whose destructor runs when the thread ends, releases what is
// here.
//
// Threads: each has its own.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "clew/tracer/internal/id_generator.h"
#include "clew/tracer/internal/span_block.h"
#include "clew/tracer/internal/thread_ring.h"

namespace clew::tracer::internal {

class Recorder;

struct RingSlot {
    const Recorder* recorder = nullptr;
    ThreadRing* ring = nullptr;
    std::uint32_t generation = 0;  // inherited by a child, and not its own, when it differs
};

// Blocks for spans to come, linked through their first bytes.
class SpareBlocks {
public:
    // Null when there is none.
    void* take() noexcept {
        void* const block = first_;
        if (block != nullptr) {
            std::memcpy(&first_, block, sizeof first_);
            --count_;
        }
        return block;
    }
    // False when there are `count_max` already.
    bool put(void* block, std::uint32_t count_max) noexcept {
        if (count_ >= count_max) return false;
        std::memcpy(block, &first_, sizeof first_);
        first_ = block;
        ++count_;
        return true;
    }

private:
    void* first_ = nullptr;
    std::uint32_t count_ = 0;
};

struct ThreadState {
    // A thread that records for more tracers gives the ring used longest ago back.
    static constexpr std::size_t kSlots = 4;

    std::array<RingSlot, kSlots> slots;  // the one used last is first
    IdGenerator ids;
    SpareBlocks spare_blocks;
    // The thread is changing what is here or in its ring. Seen by a signal handler that interrupts
    // it there: see Entered.
    std::atomic<bool> is_entered{false};
    bool ends_with_thread = false;  // the object that releases all this has been made
    bool has_ended = false;         // its destructors run: everything is given back at once

    // Puts a ring that the thread owns now first.
    void remember(const RingSlot& slot) noexcept;
    // The ring for a tracer, moved to the front; null when there is none yet.
    ThreadRing* find(const Recorder* recorder, std::uint32_t generation) noexcept;
    void release_rings() noexcept;
    // Keeps a block for the next span; false: the caller frees it.
    bool keep_block(void* block) noexcept {
        if (!ends_with_thread || has_ended) [[unlikely]] {
            if (!prepare_end()) return false;
        }
        return spare_blocks.put(block, SpanBlock::kSparesMax);
    }
    // Sees to it that everything is released when the thread ends. False when it has ended.
    bool prepare_end() noexcept;
};

extern constinit thread_local ThreadState thread_state;

// The part of a call that changes the thread's state or its ring. A signal handler that records
// spans may interrupt it: the handler's span is then dropped and counted, and nothing is corrupted.
class Entered {
public:
    // Requires: not entered yet.
    explicit Entered(ThreadState& thread) noexcept : thread_(thread) {
        thread_.is_entered.store(true, std::memory_order_relaxed);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
    ~Entered() {
        std::atomic_signal_fence(std::memory_order_seq_cst);
        thread_.is_entered.store(false, std::memory_order_relaxed);
    }
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

    static bool is(const ThreadState& thread) noexcept {
        return thread.is_entered.load(std::memory_order_relaxed);
    }

private:
    ThreadState& thread_;
};

}  // namespace clew::tracer::internal
