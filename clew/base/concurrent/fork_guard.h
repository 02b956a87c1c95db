// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tells a forked child that it is one. Whatever must not be shared with the parent (buffers of
// spans, random generators, sockets, threads) remembers the generation in which it was made and
// starts anew when the number differs. The number lives in a page that the kernel wipes on fork
// (MADV_WIPEONFORK), so a raw clone() is noticed too and a check costs a load, where getpid() is a
// system call; kernels without it fall back on pthread_atfork().
//
// Threads: from anywhere; never blocks. Safe in a child right after fork().

#include <atomic>
#include <cstdint>

namespace clew {

namespace internal {

// Points to the generation, which reads 0 in a child until somebody asks. Written once.
extern constinit std::atomic<std::atomic<std::uint32_t>*> fork_page;

std::uint32_t begin_generation() noexcept;

// The two kinds of page; null when the kernel cannot wipe one.
std::atomic<std::uint32_t>* map_wiped_page() noexcept;
std::atomic<std::uint32_t>* plain_page_with_handler() noexcept;

}  // namespace internal

// The same number for the life of a process, another one in each of its children; never 0.
inline std::uint32_t fork_generation() noexcept {
    // Pairs with the release in begin_generation(): the page is set up before its address is seen.
    const std::uint32_t generation =
        internal::fork_page.load(std::memory_order_acquire)->load(std::memory_order_acquire);
    if (generation != 0) [[likely]] {
        return generation;
    }
    return internal::begin_generation();
}

}  // namespace clew
