// SPDX-License-Identifier: Apache-2.0
#pragma once

// The threads of tracing live in somebody's program, also in one that opens and closes libraries:
// their code must not go away under them. Who makes such a thread calls this before.
//
// Lifetime: for ever.

namespace clew {

// Keeps the shared library that this code is part of in memory until the program ends, also when
// the program closes it (dlclose): nobody can wait without bound until its threads have seen that
// they should end. Does nothing in a program that holds the code itself.
//
// Threads: from anywhere; the first call may wait for another thread that opens a library.
void pin_own_code() noexcept;

}  // namespace clew
