// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ring of a process that was killed, read from its file. Nothing in the file is trusted, and it
// is read, not mapped, so that no other process can make it vanish under us. How far it was read is
// written to the file before a record is given out: none is given out twice, whoever dies when.
//
// Threads: one at a time, but abandon_in_child(). Ends with the reading of one file.

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "clew/tracer/internal/ring_file.h"

namespace clew::tracer::internal {

class DeadRing {
public:
    enum class Found : std::uint8_t {
        ours,    // locked and read as far as its header: next() may be called
        busy,    // its process runs, or another one recovers it
        none,    // not a file that we may touch
        empty,   // locked; nothing was ever in it
        damaged  // locked; nothing in it can be read
    };

    DeadRing() noexcept = default;
    ~DeadRing() { close(); }
    DeadRing(const DeadRing&) = delete;
    DeadRing& operator=(const DeadRing&) = delete;

    // Requires: none is open. What is locked stays so until close().
    Found open(const char* path, std::string_view service_name) noexcept;
    // The next record, with null data() when there is no more, or no memory for it. Valid until:
    // the next call.
    std::string_view next() noexcept;
    // True when next() ended before the end, because it met what it could not read.
    bool is_damaged() const noexcept { return is_damaged_; }
    // True when next() ended for want of memory: the rest is in the file still.
    bool lacks_memory() const noexcept { return lacks_memory_; }
    void close() noexcept;
    // In a child: only closes. Its parent goes on.
    void abandon_in_child() noexcept { close(); }

    bool is_open() const noexcept { return descriptor_.load() >= 0; }
    const RingHeader& header() const noexcept { return header_; }
    const ClockPoint& clock() const noexcept { return clock_; }
    bool is_of_this_boot(const char* boot_id) const noexcept;

private:
    Found lock(const char* path) noexcept;
    Found read_header(std::string_view service_name) noexcept;
    bool read_at(std::uint64_t offset, void* into, std::size_t size) const noexcept;
    bool has_memory_for(std::size_t record_bytes) noexcept;
    bool keep_position() const noexcept;
    std::string_view end_damaged() noexcept;

    std::atomic<int> descriptor_{-1};
    RingHeader header_{};
    ClockPoint clock_;
    std::uint64_t file_bytes_ = 0;
    std::uint64_t read_ = 0;  // as SpscRing's
    std::uint64_t write_ = 0;
    bool is_damaged_ = false;
    bool lacks_memory_ = false;
    std::string record_;
};

}  // namespace clew::tracer::internal
