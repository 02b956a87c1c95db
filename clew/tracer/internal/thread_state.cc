// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/thread_state.h"

#include <algorithm>
#include <new>
#include <type_traits>

#include "clew/base/concurrent/fork_guard.h"

namespace clew::tracer::internal {

static_assert(std::is_trivially_destructible_v<ThreadState>);

constinit thread_local ThreadState thread_state;

namespace {

// Ends with the thread.
struct ReleaseAtEnd {
    bool is_made = false;

    ~ReleaseAtEnd() {
        thread_state.has_ended = true;
        thread_state.release_rings();
        while (void* const block = thread_state.spare_blocks.take()) SpanBlock::free(block);
    }
};

thread_local ReleaseAtEnd release_at_end;

void give_back(const RingSlot& slot) noexcept {
    // What a child inherited belongs to nobody: its recorder has reset or will reset it.
    if (slot.ring != nullptr && slot.generation == fork_generation()) slot.ring->release();
}

}  // namespace

bool ThreadState::prepare_end() noexcept {
    if (has_ended) return false;
    release_at_end.is_made = true;  // makes it
    ends_with_thread = true;
    return true;
}

void ThreadState::remember(const RingSlot& slot) noexcept {
    prepare_end();
    give_back(slots.back());
    std::move_backward(slots.begin(), slots.end() - 1, slots.end());
    slots.front() = slot;
}

ThreadRing* ThreadState::find(const Recorder* recorder, std::uint32_t generation) noexcept {
    for (std::size_t i = 0; i < kSlots; ++i) {
        if (slots[i].recorder != recorder || slots[i].generation != generation) continue;
        std::rotate(slots.begin(), slots.begin() + i, slots.begin() + i + 1);
        return slots.front().ring;
    }
    return nullptr;
}

void ThreadState::release_rings() noexcept {
    for (RingSlot& slot : slots) {
        give_back(slot);
        slot = {};
    }
}

}  // namespace clew::tracer::internal
