// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the ring of one thread lies in a file, so that the next start of the service can send what a
// killed process had finished (option ring_dir): one page with a header, at kRingAt the ThreadRing
// with the positions, then the ring's bytes; docs/formats/ring_file.md says it for people. Stores
// to a shared mapping outlive their process whatever kills it, and a record is published after it
// is whole.
//
// Whoever holds the write lock on the whole file (fcntl) may write to it: the process that made it,
// from which the kernel takes the lock when it ends, then one that recovers it.
//
// Threads: plain values, but for the clock, which one thread writes (the reporter's).

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <sys/types.h>

#include "clew/base/concurrent/spsc_ring.h"
#include "clew/base/ip_address.h"

namespace clew::tracer::internal {

inline constexpr std::uint64_t kRingMagic = 0x474e495257454c43;  // "CLEWRING"
inline constexpr std::uint32_t kRingLayout = 1;                  // of the header and of the records
inline constexpr std::size_t kSmallestPageBytes = 4096;
inline constexpr std::size_t kLargestPageBytes = 65536;
inline constexpr std::size_t kRingAt = 2048;
inline constexpr std::size_t kServiceBytesMax = 1024;  // of a longer name the beginning is kept
inline constexpr std::size_t kBootIdBytes = 40;

// One point on the line from ticks to wall time.
struct ClockPoint {
    std::uint64_t tick = 0;
    std::int64_t wall_ns = 0;      // since the Unix epoch
    double ns_per_tick = 0;        // 0: not measured yet
    std::uint64_t is_settled = 0;  // 1: measured over a time long enough to be exact
};

// Who made a file. A process that still runs is left alone even when its lock is gone, as after an
// application closed descriptors that it did not open.
struct RingOwner {
    std::uint64_t pid = 0;
    std::uint64_t started_at = 0;     // in the kernel's clock ticks since the boot; 0: unknown
    std::uint64_t pid_namespace = 0;  // 0: unknown

    static RingOwner this_process() noexcept;
    // True when that process is known to run, and is not this one.
    bool runs() const noexcept;
};

struct RingHeader {
    std::uint64_t magic;  // written last
    std::uint32_t layout;
    std::uint32_t page_bytes;  // where the ring's bytes begin
    std::uint64_t ring_bytes;
    std::uint64_t positions_at;   // where in the page the ring's SpscRing is
    std::uint64_t service_bytes;  // of the whole name
    std::uint64_t counts_ticks;   // 1: ticks are the processor's; 0: nanoseconds
    RingOwner owner;
    char boot_id[kBootIdBytes];  // the kernel's random name for the time since the machine started
    std::uint16_t port;          // of the local endpoint
    std::uint8_t has_ipv4;
    std::uint8_t has_ipv6;
    Ipv4Address ipv4;
    Ipv6Address ipv6;
    // The clock, in two places: a kill while one is written leaves the other.
    std::atomic<std::uint64_t> clock_index;
    ClockPoint clock[2];
    // How far it has been recovered. Apart from the ring's own positions, which only its maker
    // writes: should that be alive against all appearances, it comes to no harm.
    std::uint64_t recovered_to;
    char service[kServiceBytesMax];

    void set_clock(const ClockPoint& point) noexcept;
};
static_assert(sizeof(RingHeader) <= kRingAt && std::is_trivially_copyable_v<ClockPoint>);

// A ring's file as its owner sees it. Lies in the file itself, where nobody else reads it.
struct RingFile {
    char* page = nullptr;  // the mapping; null: the ring has no file
    std::size_t page_bytes = 0;
    std::uint64_t number = 0;  // in its name
    dev_t device = 0;
    ino_t inode = 0;
    std::atomic<int> descriptor{-1};  // holds the lock

    RingFile() noexcept = default;
    RingFile(const RingFile& other) noexcept;
    RingFile& operator=(const RingFile&) = delete;
    ~RingFile() = default;

    RingHeader& header() const noexcept { return *reinterpret_cast<RingHeader*>(page); }
    // Closes the descriptor, if the application has not done so and used its number for another.
    void unlock() noexcept;
};

// "clew-<service>-<pid>-<token>-<number>.ring", all but the pid and the number in hex.
struct RingFileName {
    std::uint64_t service = 0;  // FNV-1a of the service's name
    std::uint64_t pid = 0;
    std::uint64_t token = 0;  // drawn by each process
    std::uint64_t number = 0;

    static constexpr std::size_t kBytesMax = 96;
    // With a zero byte at the end. Requires: room for kBytesMax.
    void write(char* into) const noexcept;
    static std::optional<RingFileName> parse(std::string_view text) noexcept;
};

std::uint64_t hash_service(std::string_view name) noexcept;

// Of this process, another one after fork() and after exec.
std::uint64_t own_token() noexcept;

// Locks the whole file for this process; false when another has it. Closing any descriptor of the
// file gives it back.
bool lock_ring_file(int descriptor) noexcept;

// Empty when the kernel does not tell. Requires: room for kBootIdBytes, filled with zeros.
void read_boot_id(char* into) noexcept;

}  // namespace clew::tracer::internal
