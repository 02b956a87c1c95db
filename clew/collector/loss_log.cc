// SPDX-License-Identifier: Apache-2.0
#include "clew/collector/loss_log.h"

#include <utility>

namespace clew::collector {

LossLog::LossLog(std::string transport, LossSink sink, const Clock& clock)
    : transport_(std::move(transport)), sink_(std::move(sink)), clock_(clock) {}

void LossLog::watch(std::string_view reason, const Counter& counter) {
    watched_.push_back({reason, &counter});
}

std::uint64_t LossLog::total() const noexcept {
    std::uint64_t sum = 0;
    for (const Watched& one : watched_) sum += one.counter->value();
    return sum;
}

void LossLog::report() {
    if (!sink_ || total() == told_total_.load(std::memory_order_relaxed)) return;
    std::vector<Loss> losses;
    {
        const std::lock_guard lock(mutex_);
        const Microseconds now = clock_.steady_now();
        if (has_line_ && now < next_line_) return;
        std::uint64_t told = 0;
        for (Watched& one : watched_) {
            const std::uint64_t value = one.counter->value();
            if (value != one.told) losses.push_back({one.reason, value - one.told});
            one.told = value;
            told += value;
        }
        told_total_.store(told, std::memory_order_relaxed);
        if (losses.empty()) return;
        next_line_ = now + kLossLogInterval;
        has_line_ = true;
    }
    sink_(transport_, losses);
}

}  // namespace clew::collector
