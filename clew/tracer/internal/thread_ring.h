// SPDX-License-Identifier: Apache-2.0
#pragma once

// The finished spans of one thread on their way to the reporter: a ring in memory of its own, with
// the counts of what its thread finished and lost. Made at a thread's first finished span; when the
// thread ends the next new one takes it over, with what is still in it. Linked into its recorder's
// list for ever, so the list can be walked without a lock; only the memory is given back.
// With the option ring_dir the object itself and its memory lie in a file (ring_file.h).
//
// Threads: the owner writes spans and counts, the reporter reads spans, anyone reads counts.
// Invariants:
//   1. Who changed state_ from `free` to `owned` is the ring's only producer until it releases it.
//   2. Once `closed`, the memory is unmapped by the owner if there is one, else by who closed it.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "clew/base/concurrent/spsc_ring.h"
#include "clew/tracer/internal/ring_file.h"

namespace clew::tracer::internal {

class ThreadRing {
public:
    // Owned by the caller's thread. Null when the system has no memory.
    static ThreadRing* create(std::size_t bytes) noexcept;
    // The same in the mapping of a file.
    static ThreadRing* create_in(const RingFile& file, std::size_t bytes) noexcept;

    bool try_own() noexcept;
    // Requires: owned by the caller.
    void release() noexcept;
    // No span comes out any more. Requires: nobody reads spans.
    void close() noexcept;
    // In a child: empties the ring of what the parent will send, and frees it.
    void reset_after_fork() noexcept;

    // In a child: forgets a ring that lies in its parent's file, which goes on being the parent's.
    // The object is gone afterwards. Requires: has_file().
    void leave_to_parent() noexcept;

    bool has_file() const noexcept { return file_.page != nullptr; }
    RingFile& file() noexcept { return file_; }
    const RingFile& file() const noexcept { return file_; }

    SpscRing<>& spans() noexcept { return spans_; }

    void count_finished() noexcept { add_one(finished_); }
    void count_full() noexcept { add_one(full_); }
    std::uint64_t finished() const noexcept { return finished_.load(std::memory_order_acquire); }
    std::uint64_t full() const noexcept { return full_.load(std::memory_order_acquire); }

    // True when more than `half` bytes wait, once for every step that the reporter makes.
    bool is_newly_half_full(std::size_t half) noexcept {
        if (spans_.used_bytes() <= half) [[likely]] {
            return false;
        }
        const std::uint64_t read = spans_.refresh();
        if (spans_.used_bytes() <= half || told_at_ == read + 1) return false;
        told_at_ = read + 1;
        return true;
    }

    ThreadRing* next = nullptr;  // in the recorder's list; set before the ring is seen there

private:
    enum State : std::uint32_t { free, owned, closed };

    ThreadRing(char* bytes, std::size_t size, const RingFile& file) noexcept
        : spans_(bytes, size), bytes_(bytes), size_(size), file_(file) {}
    ~ThreadRing() = default;

    // One writer, so no locked instruction. Release pairs with the acquire of the reader, which
    // thus never sees a span drained or dropped before it sees it finished.
    static void add_one(std::atomic<std::uint64_t>& count) noexcept {
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }
    void unmap() noexcept;

    SpscRing<> spans_;
    std::atomic<char*> bytes_;
    std::size_t size_;
    std::atomic<std::uint32_t> state_{owned};
    std::atomic<std::uint64_t> finished_{0};
    std::atomic<std::uint64_t> full_{0};  // dropped because there was no room
    std::uint64_t told_at_ = 0;  // the reporter's position at the last "half full", plus one
    RingFile file_;
};

}  // namespace clew::tracer::internal
