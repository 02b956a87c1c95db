// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/circuit_breaker.h"

namespace clew::transport {

const char* breaker_state_name(BreakerState state) noexcept {
    switch (state) {
        case BreakerState::closed: return "closed";
        case BreakerState::open: return "open";
        case BreakerState::half_open: return "half_open";
    }
    return "unknown";
}

bool CircuitBreaker::allows(Microseconds now) noexcept {
    if (state_ != BreakerState::open) return true;
    if (now < open_until_) return false;
    state_ = BreakerState::half_open;
    return true;
}

void CircuitBreaker::end_pause() noexcept {
    if (state_ == BreakerState::open) state_ = BreakerState::half_open;
}

void CircuitBreaker::succeeded() noexcept {
    state_ = BreakerState::closed;
    failures_ = 0;
}

void CircuitBreaker::failed(Microseconds now) noexcept {
    if (failures_ < failures_max_) ++failures_;
    if (state_ == BreakerState::closed && failures_ < failures_max_) return;
    state_ = BreakerState::open;
    open_until_ = now + pauses_.next();
}

}  // namespace clew::transport
