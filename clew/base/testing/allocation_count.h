// SPDX-License-Identifier: Apache-2.0
#pragma once

// Counts what a test binary asks of the heap. A binary that calls allocation_count() gets counting
// replacements of every operator new and delete; all others are left alone.
//
// Threads: counts all threads of the process.

#include <cstddef>

namespace clew::testing {

// Calls of operator new, of any form, since the process began.
std::size_t allocation_count() noexcept;

}  // namespace clew::testing
