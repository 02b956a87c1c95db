// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long one query may go on: until its deadline, until its client disconnects, or until the
// server stops. Made when the query arrives and handed down by reference to whatever works on it,
// which looks at it between pieces of work and gives up with its error. Shared by the query and
// by whoever may cancel it.
//
// Threads: all of it from anywhere.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "clew/base/expected.h"

namespace clew {

class QueryContext {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    enum class Cancellation : std::uint8_t { none, disconnected, shutting_down };

    // Neither a deadline nor, until cancel(), an end.
    QueryContext() = default;
    // `timeout_text` is what a query that passes the deadline is answered.
    QueryContext(TimePoint deadline, std::string timeout_text)
        : deadline_(deadline), timeout_text_(std::move(timeout_text)) {}
    QueryContext(const QueryContext&) = delete;
    QueryContext& operator=(const QueryContext&) = delete;

    // For callers without a client: benches, tests, tools.
    static const QueryContext& unlimited() noexcept;

    // The first call counts.
    void cancel(Cancellation why) noexcept;

    // Errors: cancelled (the client has gone), unavailable (the server stops), timed_out.
    Expected<void> check() const;

private:
    const TimePoint deadline_ = TimePoint::max();
    const std::string timeout_text_;
    std::atomic<Cancellation> cancellation_{Cancellation::none};
};

// Looks at a context once in so many rows of work, so that looking costs nothing.
class QueryMeter {
public:
    static constexpr std::size_t kRowsPerCheck = 4096;

    // Looks at once. Requires: the context outlives the meter.
    explicit QueryMeter(const QueryContext& context)
        : context_(context), verdict_(context.check()) {}

    // Before `rows` more are worked on. False: give up with verdict().
    bool may_go_on(std::size_t rows);

    // Of the last look.
    const Expected<void>& verdict() const noexcept { return verdict_; }

private:
    const QueryContext& context_;
    std::size_t rows_ = 0;  // since the last look
    Expected<void> verdict_;
};

}  // namespace clew
