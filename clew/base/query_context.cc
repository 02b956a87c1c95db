// SPDX-License-Identifier: Apache-2.0
#include "clew/base/query_context.h"

namespace clew {

const QueryContext& QueryContext::unlimited() noexcept {
    static const QueryContext context;
    return context;
}

void QueryContext::cancel(Cancellation why) noexcept {
    Cancellation none = Cancellation::none;
    // Relaxed: the flag orders nothing, its reader only stops.
    cancellation_.compare_exchange_strong(none, why, std::memory_order_relaxed);
}

Expected<void> QueryContext::check() const {
    switch (cancellation_.load(std::memory_order_relaxed)) {
        case Cancellation::none: break;
        case Cancellation::disconnected: return Error{Code::cancelled, "the client disconnected"};
        case Cancellation::shutting_down:
            return Error{Code::unavailable, "the server is shutting down"};
    }
    if (deadline_ == TimePoint::max() || std::chrono::steady_clock::now() < deadline_) return {};
    return Error{Code::timed_out, timeout_text_};
}

bool QueryMeter::may_go_on(std::size_t rows) {
    rows_ += rows;
    if (!verdict_ || rows_ < kRowsPerCheck) return verdict_.has_value();
    rows_ = 0;
    verdict_ = context_.check();
    return verdict_.has_value();
}

}  // namespace clew
