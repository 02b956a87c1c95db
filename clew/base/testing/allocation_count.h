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

}  // namespace clew::testing
