// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/thread_ring.h"

#include <cstdlib>
#include <new>

#include <sys/mman.h>

namespace clew::tracer::internal {

ThreadRing* ThreadRing::create(std::size_t bytes) noexcept {
    void* const memory =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return nullptr;
    // A child has no use for the parent's spans. Where the kernel cannot do it, nothing is lost.
    madvise(memory, bytes, MADV_WIPEONFORK);
    void* const place = std::aligned_alloc(alignof(ThreadRing), sizeof(ThreadRing));
    if (place == nullptr) {
        munmap(memory, bytes);
        return nullptr;
    }
    return new (place) ThreadRing(static_cast<char*>(memory), bytes, {});
}

ThreadRing* ThreadRing::create_in(const RingFile& file, std::size_t bytes) noexcept {
    static_assert(kRingAt % alignof(ThreadRing) == 0);
    static_assert(kRingAt + sizeof(ThreadRing) <= kSmallestPageBytes);
    return new (file.page + kRingAt) ThreadRing(file.page + file.page_bytes, bytes, file);
}

bool ThreadRing::try_own() noexcept {
    std::uint32_t expected = free;
    // Acquire pairs with the release in release(): the former owner's side of the ring is seen.
    return state_.compare_exchange_strong(
        expected, owned, std::memory_order_acquire, std::memory_order_relaxed
    );
}

void ThreadRing::release() noexcept {
    std::uint32_t expected = owned;
    if (!state_.compare_exchange_strong(
            expected, free, std::memory_order_release, std::memory_order_acquire
        )) {
        unmap();  // closed while this thread owned it
    }
}

void ThreadRing::close() noexcept {
    if (state_.exchange(closed, std::memory_order_acq_rel) == free) unmap();
}

void ThreadRing::reset_after_fork() noexcept {
    spans_.reset();
    finished_.store(0, std::memory_order_relaxed);
    full_.store(0, std::memory_order_relaxed);
    told_at_ = 0;
    if (state_.load(std::memory_order_relaxed) != closed) {
        state_.store(free, std::memory_order_release);
    }
}

void ThreadRing::leave_to_parent() noexcept {
    RingFile file = file_;
    const bool has_bytes = bytes_.load() != nullptr;
    file.unlock();
    munmap(file.page, file.page_bytes + (has_bytes ? size_ : 0));
}

void ThreadRing::unmap() noexcept {
    // Forgotten first: a child that is forked in between keeps memory that nobody uses, and never
    // unmaps what has become somebody else's.
    munmap(bytes_.exchange(nullptr), size_);
}

}  // namespace clew::tracer::internal
