// SPDX-License-Identifier: Apache-2.0
// Goal: every limit of the reporter has a range, and a value outside is named.
// Method: one wrong field at a time.
#include "clew/reporter/reporter_options.h"

#include <gtest/gtest.h>

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;

std::string error_of(const ReporterOptions& options) {
    const Expected<void> checked = check(options);
    return checked ? "" : checked.error().message;
}

TEST(ReporterOptions, are_right_as_they_come) { EXPECT_EQ(error_of({}), ""); }

TEST(ReporterOptions, bound_the_flush_interval) {
    ReporterOptions options;
    options.flush_interval = milliseconds(60'000);
    EXPECT_EQ(error_of(options), "");
    for (const int wrong : {-1, 0, 60'001}) {
        options.flush_interval = milliseconds(wrong);
        EXPECT_EQ(error_of(options), "flush_interval must be from 1 to 60000 ms");
    }
}

TEST(ReporterOptions, bound_the_queue) {
    ReporterOptions options;
    options.queue_bytes_max = 65'535;
    EXPECT_EQ(error_of(options), "queue_bytes_max must be at least 65536 bytes");
}

TEST(ReporterOptions, bound_the_times_of_sending_and_closing) {
    ReporterOptions options;
    options.send_timeout = milliseconds(9);
    EXPECT_EQ(error_of(options), "send_timeout must be from 10 to 600000 ms");
    options = {};
    options.close_timeout = milliseconds(-1);
    EXPECT_EQ(error_of(options), "close_timeout must be from 0 to 600000 ms");
}

TEST(ReporterOptions, want_a_backoff_that_grows) {
    ReporterOptions options;
    options.backoff.first = milliseconds(0);
    EXPECT_EQ(error_of(options), "backoff needs 0 < first <= longest <= an hour");
    options.backoff = {milliseconds(20), milliseconds(10)};
    EXPECT_EQ(error_of(options), "backoff needs 0 < first <= longest <= an hour");
    options.backoff = {milliseconds(20), milliseconds(3'600'001)};
    EXPECT_EQ(error_of(options), "backoff needs 0 < first <= longest <= an hour");
}

TEST(ReporterOptions, bound_breaker_and_retries) {
    ReporterOptions options;
    for (const transport::CircuitBreakerOptions& wrong :
         {transport::CircuitBreakerOptions{0, milliseconds(1)},
          transport::CircuitBreakerOptions{1, milliseconds(0)},
          transport::CircuitBreakerOptions{1, milliseconds(3'600'001)}}) {
        options.breaker = wrong;
        EXPECT_TRUE(error_of(options).starts_with("breaker needs "));
    }
    for (const transport::RetryBudgetOptions& wrong :
         {transport::RetryBudgetOptions{101, milliseconds(1), 1},
          transport::RetryBudgetOptions{0, milliseconds(0), 1},
          transport::RetryBudgetOptions{0, milliseconds(3'600'001), 1},
          transport::RetryBudgetOptions{0, milliseconds(1), 1001},
          transport::RetryBudgetOptions{0, milliseconds(1), 0}}) {
        options = {};
        options.retry_budget = wrong;
        EXPECT_TRUE(error_of(options).starts_with("retry_budget needs "));
    }
    options.retry_budget = {0, milliseconds(3'600'000), 1};
    EXPECT_EQ(error_of(options), "");
}

}  // namespace
}  // namespace clew::reporter
