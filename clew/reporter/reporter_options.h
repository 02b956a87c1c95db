// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an application decides about the reporting of its spans: how soon, how much memory while the
// collector is away, how long an end may take. Each field with its default; checked once by
// AsyncReporter::create(). Environment names are in tracing/environment.h.
//
// Threads: a plain value.

#include <chrono>
#include <cstddef>

#include "clew/base/expected.h"
#include "clew/transport/backoff.h"
#include "clew/transport/circuit_breaker.h"
#include "clew/transport/retry_budget.h"

namespace clew::reporter {

struct ReporterOptions {
    // How long a finished span waits for company; 1 ms to 60 s. A process that is killed loses what
    // it finished within this time.
    std::chrono::milliseconds flush_interval{500};
    // Encoded spans that wait for a collector which is slow or away; at least 64 KiB. Spans that
    // finish beyond that are dropped and counted (queue_full).
    std::size_t queue_bytes_max = 8U << 20U;
    // One message, from connecting to the last byte of the reply; 10 ms to 10 min.
    std::chrono::milliseconds send_timeout{10'000};
    // What close() without a time, and the destructor, may take to send the rest.
    std::chrono::milliseconds close_timeout{1'000};
    // Between attempts after a failure, after many in a row, and over all.
    transport::BackoffOptions backoff;
    transport::CircuitBreakerOptions breaker;
    transport::RetryBudgetOptions retry_budget;
};

// Errors: invalid_argument, naming the field and its range.
Expected<void> check(const ReporterOptions& options);

}  // namespace clew::reporter
