// SPDX-License-Identifier: Apache-2.0
#include "clew/base/concurrent/fork_guard.h"

#include <new>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

namespace clew::internal {

namespace {

// Where fork_page points before anybody asked: reads 0, is never written.
constinit std::atomic<std::uint32_t> no_page{0};
// The fallback's page, cleared by a handler instead of by the kernel.
constinit std::atomic<std::uint32_t> plain_page{0};
// Ordinary memory, so a child inherits it: numbers are never used twice along a line of forks.
constinit std::atomic<std::uint32_t> last_generation{0};

}  // namespace

constinit std::atomic<std::atomic<std::uint32_t>*> fork_page{&no_page};

std::atomic<std::uint32_t>* map_wiped_page() noexcept {
    const auto size = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* const page =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    if (madvise(page, size, MADV_WIPEONFORK) != 0) {
        munmap(page, size);
        return nullptr;
    }
    return new (page) std::atomic<std::uint32_t>{0};
}

std::atomic<std::uint32_t>* plain_page_with_handler() noexcept {
    // Registered twice when two threads get here at once, which does no harm.
    pthread_atfork(nullptr, nullptr, [] { plain_page.store(0, std::memory_order_release); });
    return &plain_page;
}

std::uint32_t begin_generation() noexcept {
    std::atomic<std::uint32_t>* page = fork_page.load(std::memory_order_acquire);
    if (page == &no_page) {
        std::atomic<std::uint32_t>* made = map_wiped_page();
        if (made == nullptr) made = plain_page_with_handler();
        if (fork_page.compare_exchange_strong(page, made, std::memory_order_acq_rel)) {
            page = made;
        } else if (made != &plain_page) {
            munmap(made, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
        }
    }
    std::uint32_t next = last_generation.fetch_add(1, std::memory_order_relaxed) + 1;
    if (next == 0) next = last_generation.fetch_add(1, std::memory_order_relaxed) + 1;
    std::uint32_t seen = 0;
    // Several threads of a child may come here at once: the first one names the generation.
    return page->compare_exchange_strong(seen, next, std::memory_order_acq_rel) ? next : seen;
}

}  // namespace clew::internal
