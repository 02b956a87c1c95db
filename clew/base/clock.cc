// SPDX-License-Identifier: Apache-2.0
#include "clew/base/clock.h"

#include <type_traits>

namespace clew {

namespace {

class SystemClock final : public Clock {
public:
    Microseconds wall_now() const override {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return std::chrono::duration_cast<Microseconds>(now);
    }
    Microseconds steady_now() const override {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        return std::chrono::duration_cast<Microseconds>(now);
    }
};

static_assert(std::is_trivially_destructible_v<SystemClock>);

}  // namespace

const Clock& system_clock() {
    static const SystemClock clock;
    return clock;
}

}  // namespace clew
