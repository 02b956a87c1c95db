// SPDX-License-Identifier: Apache-2.0
#pragma once

// A clock that stands still until a test moves it: time-outs, windows and rates are tested by
// saying what time it is, never by waiting. Given to whatever takes a Clock; one per test.
//
// Threads: one at a time.

#include "clew/base/clock.h"

namespace clew::testing {

class FakeClock final : public Clock {
public:
    explicit FakeClock(Microseconds wall = Microseconds{1'700'000'000'000'000}) : wall_(wall) {}

    Microseconds wall_now() const override { return wall_; }
    Microseconds steady_now() const override { return steady_; }

    // Both clocks go on, as they do in life.
    void advance(Microseconds amount) {
        wall_ += amount;
        steady_ += amount;
    }
    // Somebody sets the wall clock; the steady one does not notice.
    void set_wall(Microseconds wall) { wall_ = wall; }

private:
    Microseconds wall_;
    Microseconds steady_{0};
};

}  // namespace clew::testing
