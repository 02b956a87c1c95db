// SPDX-License-Identifier: Apache-2.0
#pragma once

// Children that tests fork to see what is left of a program in them, and how they answer: as text,
// through a pipe. The child runs a function and leaves by _exit(), so that nothing of the test runs
// twice.
//
// Threads: one at a time.

#include <functional>
#include <string>

#include <unistd.h>

namespace clew::testing {

// All that comes out of a pipe until nobody can write into it any more.
std::string read_to_end(int descriptor);

// What `body` returns when run in a child that `make_child` (fork, or another way to make one)
// makes; "?" when the child could not be made or did not end well.
std::string said_in_child(
    const std::function<std::string()>& body, const std::function<pid_t()>& make_child = fork
);

}  // namespace clew::testing
