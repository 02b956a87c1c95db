// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/ring_recovery.h"

#include <atomic>
#include <new>
#include <utility>

#include <dirent.h>
#include <unistd.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/tracer/internal/record_check.h"
#include "clew/tracer/internal/record_reader.h"

namespace clew::tracer::internal {

namespace {

// The directory may be everybody's.
constexpr std::size_t kEntriesMax = 65'536;

// The generation in which a recovery is at work; 0: none.
constinit std::atomic<std::uint32_t> claimed_in{0};

}  // namespace

bool RingRecovery::claim() noexcept {
    const std::uint32_t generation = fork_generation();
    std::uint32_t seen = claimed_in.load(std::memory_order_acquire);
    while (seen != generation) {  // another's: inherited from a parent
        if (claimed_in.compare_exchange_weak(seen, generation, std::memory_order_acq_rel)) {
            return true;
        }
    }
    return false;
}

void RingRecovery::give_back_claim() noexcept { claimed_in.store(0, std::memory_order_release); }

RingRecovery::Taken RingRecovery::take(
    model::SpanBuilder& into, std::size_t spans_max, const TickClock& own, bool own_counts
) noexcept {
    Taken taken;
    try {
        if (!is_listed_) list_files();
    } catch (const std::bad_alloc&) {
        names_.clear();  // what is left waits for the next process
    }
    is_listed_ = true;
    for (std::size_t seen = 0; seen < spans_max && !is_done_;) {
        if (!ring_.is_open()) {
            is_done_ = !open_next(taken);
            if (is_done_) break;
            place_in_time(own, own_counts);
        }
        seen += read_ring(into, spans_max - seen, taken);
    }
    return taken;
}

void RingRecovery::list_files() {
    DIR* const directory = opendir(directory_.path().c_str());
    if (directory == nullptr) return;
    try {
        for (std::size_t seen = 0; seen < kEntriesMax; ++seen) {
            const dirent* const entry = readdir(directory);
            if (entry == nullptr) break;
            const auto name = RingFileName::parse(entry->d_name);
            if (!name) continue;
            ++files_;
            const bool is_own = name->token == own_token();
            const bool is_wanted = name->service == directory_.service() && !is_own;
            if (is_wanted && names_.size() < RingDirectory::kFilesMax) {
                names_.emplace_back(entry->d_name);
            }
        }
    } catch (...) {
        closedir(directory);
        throw;
    }
    closedir(directory);
}

bool RingRecovery::open_next(Taken& taken) noexcept {
    while (!names_.empty()) {
        path_ = directory_.path_of(names_.back().c_str());
        names_.pop_back();
        switch (ring_.open(path_.text, options_.service_name)) {
            case DeadRing::Found::ours: return true;
            case DeadRing::Found::busy:
            case DeadRing::Found::none: break;
            case DeadRing::Found::damaged: ++taken.damaged; [[fallthrough]];
            case DeadRing::Found::empty: remove_file(); break;
        }
    }
    directory_.note_files(files_);
    return false;
}

void RingRecovery::place_in_time(const TickClock& own, bool own_counts) noexcept {
    point_ = ring_.clock();
    const bool counts_ticks = ring_.header().counts_ticks != 0;
    if (!counts_ticks) point_.ns_per_tick = 1;
    // Killed before it could measure: since the machine started, the counter has kept one rate.
    const bool is_same_counter =
        counts_ticks && own_counts && ring_.is_of_this_boot(directory_.boot_id());
    if (point_.is_settled == 0 && is_same_counter && own.ns_per_tick() != 0) {
        point_.ns_per_tick = own.ns_per_tick();
    }
    clock_ = TickClock({point_.tick, 0, point_.wall_ns}, point_.ns_per_tick);
}

std::size_t RingRecovery::read_ring(
    model::SpanBuilder& into, std::size_t spans_max, Taken& taken
) noexcept {
    RecordReader reader(options_, clock_, endpoint(), into);
    for (std::size_t seen = 0; seen < spans_max; ++seen) {
        const std::string_view record = ring_.next();
        if (record.data() == nullptr) {
            if (ring_.is_damaged()) ++taken.damaged;
            if (ring_.lacks_memory()) {
                ring_.close();  // the rest waits for the next process
            } else {
                remove_file();
            }
            return seen;
        }
        if (point_.ns_per_tick == 0 || !is_sound_record(record, point_)) {
            ++taken.damaged;
        } else if (reader.append(record)) {
            ++taken.spans;
        } else {
            ++taken.no_memory;
        }
    }
    return spans_max;
}

void RingRecovery::remove_file() noexcept {
    if (unlink(path_.text) == 0) --files_;  // before the lock is given back
    ring_.close();
}

model::Endpoint RingRecovery::endpoint() const noexcept {
    const RingHeader& header = ring_.header();
    model::Endpoint own;
    own.service_name = options_.service_name;
    if (header.has_ipv4 != 0) own.ipv4 = header.ipv4;
    if (header.has_ipv6 != 0) own.ipv6 = header.ipv6;
    own.port = header.port;
    return own;
}

}  // namespace clew::tracer::internal
