// SPDX-License-Identifier: Apache-2.0
#pragma once

// Counts what a test binary asks of the heap, and denies it. A binary that uses one of these gets
// replacements of every operator new and delete; all others are left alone.
//
// Threads: counts all threads of the process, denies those that ask for it.

#include <cstddef>

namespace clew::testing {

// Calls of operator new, of any form, since the process began.
std::size_t allocation_count() noexcept;

// Bytes that operator new gave and delete has not taken back, with the allocator's headers.
std::size_t live_heap_bytes() noexcept;

// While one lives, every operator new of its thread fails.
class NoMemory {
public:
    NoMemory() noexcept;
    ~NoMemory();
    NoMemory(const NoMemory&) = delete;
    NoMemory& operator=(const NoMemory&) = delete;
};

// While one lives, the allocation of that number of its thread fails, counted from 0; the others
// pass. One at a time on a thread.
class FailingAllocation {
public:
    explicit FailingAllocation(std::size_t number) noexcept;
    ~FailingAllocation();
    FailingAllocation(const FailingAllocation&) = delete;
    FailingAllocation& operator=(const FailingAllocation&) = delete;

    bool has_failed() const noexcept;
};

}  // namespace clew::testing
