// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds what killed processes of a service have left in the directory of its rings, and turns it
// into rows: each file is locked, read as untrusted bytes (dead_ring.h), placed in time by the
// clock that it holds, and removed. Made by a recorder at its first drain in each process.
//
// Threads: one at a time (the one that drains), but abandon_in_child().

#include <cstddef>
#include <string>
#include <vector>

#include "clew/model/span_builder.h"
#include "clew/tracer/internal/dead_ring.h"
#include "clew/tracer/internal/ring_directory.h"
#include "clew/tracer/internal/tick_clock.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer::internal {

class RingRecovery {
public:
    // What one call came by.
    struct Taken {
        std::size_t spans = 0;      // rows added
        std::size_t no_memory = 0;  // spans for which there was none
        std::size_t damaged = 0;    // spans, and files' rests, that could not be read
    };

    // One at a time in a process, as closing a file for the second time gives the lock back. False:
    // another one is at work.
    static bool claim() noexcept;
    static void give_back_claim() noexcept;

    // Requires: both outlive this and the batches, which refer to the service's name.
    RingRecovery(const TracerOptions& options, RingDirectory& directory) noexcept
        : options_(options), directory_(directory) {}

    // At most `spans_max` spans. `own` and `own_counts`: this process's clock, and whether it
    // counts the processor's ticks.
    Taken take(
        model::SpanBuilder& into, std::size_t spans_max, const TickClock& own, bool own_counts
    ) noexcept;
    bool is_done() const noexcept { return is_done_; }

    void abandon_in_child() noexcept { ring_.abandon_in_child(); }
    RingRecovery* of_parents = nullptr;  // kept reachable for leak checkers

private:
    void list_files();
    // Opens the next file that has something in it; false: there is none left.
    bool open_next(Taken& taken) noexcept;
    void place_in_time(const TickClock& own, bool own_counts) noexcept;
    std::size_t read_ring(model::SpanBuilder& into, std::size_t spans_max, Taken& taken) noexcept;
    void remove_file() noexcept;
    model::Endpoint endpoint() const noexcept;

    const TracerOptions& options_;
    RingDirectory& directory_;
    std::vector<std::string> names_;  // still to be looked at
    std::size_t files_ = 0;           // in the directory, of all services
    RingDirectory::Path path_{};      // of ring_
    DeadRing ring_;
    ClockPoint point_;  // of ring_; without a rate, its ticks cannot be placed
    TickClock clock_{TickSample{}};
    bool is_listed_ = false;
    bool is_done_ = false;
};

}  // namespace clew::tracer::internal
