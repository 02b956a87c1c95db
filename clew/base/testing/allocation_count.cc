// SPDX-License-Identifier: Apache-2.0
#include "clew/base/testing/allocation_count.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> calls{0};
std::atomic<std::size_t> live_bytes{0};
constinit thread_local bool is_denied = false;
// Allocations until one fails; nothing is counted down below zero.
constinit thread_local std::ptrdiff_t until_failure = -1;

bool fails_now() noexcept {
    if (until_failure >= 0 && until_failure-- == 0) return true;
    return is_denied;
}

// What the allocator took for the block, its header included.
std::size_t taken_by(void* memory) noexcept { return malloc_usable_size(memory) + sizeof(void*); }

void* noted(void* memory) noexcept {
    calls.fetch_add(1, std::memory_order_relaxed);
    if (memory != nullptr) live_bytes.fetch_add(taken_by(memory), std::memory_order_relaxed);
    return memory;
}

[[gnu::noinline]] void release(void* memory) noexcept {
    if (memory == nullptr) return;
    live_bytes.fetch_sub(taken_by(memory), std::memory_order_relaxed);
    std::free(memory);
}

// Not inlined: g++ would otherwise see malloc() meet operator delete and warn.
[[gnu::noinline]] void* counted(std::size_t size) noexcept {
    return noted(fails_now() ? nullptr : std::malloc(size));
}

[[gnu::noinline]] void* counted(std::size_t size, std::align_val_t alignment) noexcept {
    const auto step = static_cast<std::size_t>(alignment);
    return noted(fails_now() ? nullptr : std::aligned_alloc(step, (size + step - 1) / step * step));
}

void* or_throw(void* memory) {
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

namespace clew::testing {

std::size_t allocation_count() noexcept { return calls.load(std::memory_order_relaxed); }

std::size_t live_heap_bytes() noexcept { return live_bytes.load(std::memory_order_relaxed); }

NoMemory::NoMemory() noexcept { is_denied = true; }

NoMemory::~NoMemory() { is_denied = false; }

FailingAllocation::FailingAllocation(std::size_t number) noexcept {
    until_failure = static_cast<std::ptrdiff_t>(number);
}

FailingAllocation::~FailingAllocation() { until_failure = -1; }

bool FailingAllocation::has_failed() const noexcept { return until_failure < 0; }

}  // namespace clew::testing

void* operator new(std::size_t size) { return or_throw(counted(size)); }
void* operator new[](std::size_t size) { return or_throw(counted(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
    return or_throw(counted(size, alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return or_throw(counted(size, alignment));
}

void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
