// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where time comes from. Everything that reads a clock outside the tracer's hot path is given a
// Clock, so that tests decide what time it is (testing/fake_clock.h).
//
// Threads: implementations may be called from anywhere.

#include <chrono>

namespace clew {

using Microseconds = std::chrono::microseconds;

class Clock {
public:
    // Since the Unix epoch; may jump when somebody sets the clock.
    virtual Microseconds wall_now() const = 0;

    // Never goes back; only differences mean something.
    virtual Microseconds steady_now() const = 0;

protected:
    // Nobody owns a clock as a Clock. Trivial, so that the program's is read to the very end.
    ~Clock() = default;
};

// The machine's clocks. One for the whole program, never ends: a thread that reads it may outlive
// main().
const Clock& system_clock();

}  // namespace clew
