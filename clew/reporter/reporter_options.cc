// SPDX-License-Identifier: Apache-2.0
#include "clew/reporter/reporter_options.h"

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFlushIntervalMin{1};
constexpr milliseconds kFlushIntervalMax{60'000};
constexpr milliseconds kSendTimeoutMin{10};
constexpr milliseconds kSendTimeoutMax{600'000};
constexpr milliseconds kCloseTimeoutMax{600'000};
constexpr milliseconds kPauseMax{3'600'000};  // between attempts, whatever is its reason
constexpr std::uint32_t kRetriesMax = 1000;
constexpr std::size_t kQueueBytesMin = 65'536;

Error out_of_range(const char* sentence) { return {Code::invalid_argument, sentence}; }

}  // namespace

Expected<void> check(const ReporterOptions& options) {
    if (options.flush_interval < kFlushIntervalMin || options.flush_interval > kFlushIntervalMax) {
        return out_of_range("flush_interval must be from 1 to 60000 ms");
    }
    if (options.queue_bytes_max < kQueueBytesMin) {
        return out_of_range("queue_bytes_max must be at least 65536 bytes");
    }
    if (options.send_timeout < kSendTimeoutMin || options.send_timeout > kSendTimeoutMax) {
        return out_of_range("send_timeout must be from 10 to 600000 ms");
    }
    if (options.close_timeout < milliseconds(0) || options.close_timeout > kCloseTimeoutMax) {
        return out_of_range("close_timeout must be from 0 to 600000 ms");
    }
    if (options.backoff.first <= milliseconds(0) ||
        options.backoff.longest < options.backoff.first || options.backoff.longest > kPauseMax) {
        return out_of_range("backoff needs 0 < first <= longest <= an hour");
    }
    if (options.breaker.failures_max < 1 || options.breaker.pause < milliseconds(1) ||
        options.breaker.pause > kPauseMax) {
        return out_of_range("breaker needs failures_max >= 1 and pause from 1 ms to an hour");
    }
    const transport::RetryBudgetOptions& budget = options.retry_budget;
    if (budget.retries_percent > 100 || budget.retries_max < 1 ||
        budget.retries_max > kRetriesMax || budget.retry_interval < milliseconds(1) ||
        budget.retry_interval > kPauseMax) {
        return out_of_range(
            "retry_budget needs retries_percent <= 100, retries_max from 1 to 1000 and "
            "retry_interval from 1 ms to an hour"
        );
    }
    return {};
}

}  // namespace clew::reporter
