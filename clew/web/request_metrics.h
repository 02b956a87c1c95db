// SPDX-License-Identifier: Apache-2.0
#pragma once

// How often each resource of the API was asked, with what outcome, and how long its answers took:
// Prometheus' histogram http_server_requests_seconds, under the names and labels that dashboards of
// Zipkin's server read. A resource is told by its template, never by its full address, so strangers
// cannot make rows without end.
//
// Threads: all of it from anywhere; recording takes a shared lock and adds to counters.

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "clew/base/counter.h"

namespace clew::web {

struct RequestOutcome {
    std::string_view method;
    std::string_view uri;  // e.g. "/api/v2/trace/{traceId}"
    int status = 0;
};

class RequestMetrics {
public:
    void record(const RequestOutcome& outcome, std::chrono::nanoseconds took);

    // Prometheus' text; empty before the first request.
    std::string text() const;

private:
    // Upper bounds of the buckets in seconds; one more bucket has none.
    static constexpr std::array<double, 9> kBounds = {
        0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0};

    struct Row {
        Counter count;
        Counter nanoseconds;
        std::array<Counter, kBounds.size()> within;  // of each bound, not cumulative
    };
    using Key = std::tuple<std::string, std::string, int>;  // uri, method, status

    Row& row(const RequestOutcome& outcome);

    mutable std::shared_mutex mutex_;
    std::map<Key, std::unique_ptr<Row>> rows_;
};

}  // namespace clew::web
