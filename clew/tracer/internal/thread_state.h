// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one thread keeps between spans: the rings that it owns, one for each tracer it records for,
// and its generator of ids. Trivially destructible, so that reaching it costs no check; the rings
// are released by another object whose destructor runs when the thread ends.
//
// Threads: each has its own.

#include <array>
#include <cstdint>

#include "clew/tracer/internal/id_generator.h"
#include "clew/tracer/internal/thread_ring.h"

namespace clew::tracer::internal {

class Recorder;

struct RingSlot {
    const Recorder* recorder = nullptr;
    ThreadRing* ring = nullptr;
    std::uint32_t generation = 0;  // inherited by a child, and not its own, when it differs
};

struct ThreadState {
    // A thread that records for more tracers gives the ring used longest ago back.
    static constexpr std::size_t kSlots = 4;

    std::array<RingSlot, kSlots> slots;  // the one used last is first
    IdGenerator ids;
    bool has_ended = false;  // its destructors run: rings are given back after each span

    // Puts a ring that the thread owns now first.
    void remember(const RingSlot& slot) noexcept;
    // The ring for a tracer, moved to the front; null when there is none yet.
    ThreadRing* find(const Recorder* recorder, std::uint32_t generation) noexcept;
    void release_all() noexcept;
};

extern constinit thread_local ThreadState thread_state;

}  // namespace clew::tracer::internal
