// SPDX-License-Identifier: Apache-2.0
#pragma once

// The directory in which a tracer keeps its rings (option ring_dir): makes their files and removes
// them. It has to lie in memory (tmpfs): then all of a file is there from the start, no store to it
// ever waits for a disk, and none finds the disk full. A ring that cannot have a file here is an
// ordinary one, and its spans end with their process.
//
// Threads: from anywhere. Fork: a child goes on using it, under names of its own.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "clew/base/expected.h"
#include "clew/tracer/internal/ring_file.h"
#include "clew/tracer/internal/thread_ring.h"
#include "clew/tracer/internal/tick_reader.h"
#include "clew/tracer/tracer_options.h"

namespace clew::tracer::internal {

class RingDirectory {
public:
    // Of all services and processes: with so many in the directory, no ring gets a file. Those that
    // others make are seen when the directory is opened, and when it is searched for left-overs.
    static constexpr std::size_t kFilesMax = 1024;
    static constexpr std::size_t kPathBytesMax = 1024;

    // A path in the directory, which ends in a zero byte.
    struct Path {
        char text[kPathBytesMax + RingFileName::kBytesMax + 2];
    };

    // Errors: invalid_argument, one sentence that names ring_dir.
    static Expected<std::unique_ptr<RingDirectory>> open(const TracerOptions& options);

    // Owned by the caller's thread. Null when the directory has no room for a file of this size.
    ThreadRing* create_ring(std::size_t bytes, const TickReader& ticks) noexcept;
    // Before the ring is closed. Requires: has_file().
    void remove(ThreadRing& ring) const noexcept;

    const std::string& path() const noexcept { return path_; }
    std::uint64_t service() const noexcept { return service_; }
    const char* boot_id() const noexcept { return boot_id_; }
    Path path_of(const char* file_name) const noexcept;
    // From who has seen the directory.
    void note_files(std::size_t count) noexcept { files_.store(count); }

private:
    explicit RingDirectory(const TracerOptions& options);
    RingFileName own_name(std::uint64_t number) const noexcept;
    // A new locked file of this size. False: none.
    bool create_file(std::size_t bytes, RingFile& file) noexcept;
    void fill_header(RingHeader& header, std::size_t bytes, const TickReader& ticks) const noexcept;

    std::string path_;
    std::string service_name_;
    std::uint64_t service_;
    char boot_id_[kBootIdBytes] = {};
    std::optional<Ipv4Address> ipv4_;
    std::optional<Ipv6Address> ipv6_;
    std::uint16_t port_;
    std::size_t page_bytes_;
    std::atomic<std::uint64_t> next_number_{0};
    std::atomic<std::size_t> files_{0};  // that are known of, but those that are removed here
};

}  // namespace clew::tracer::internal
