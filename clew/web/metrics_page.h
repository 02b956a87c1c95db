// SPDX-License-Identifier: Apache-2.0
#pragma once

// The numbers of a running server, as /metrics (flat JSON) and /prometheus (text) show them. What
// Zipkin's server counts keeps Zipkin's names, so that existing dashboards go on; the rest is named
// clew_*.
//
// Threads: text() and json() from anywhere; each number is exact, all together are not one moment.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "clew/collector/collector_metrics.h"

namespace clew::web {

class MetricsPage {
public:
    enum class Kind : std::uint8_t { counter, gauge };
    using Read = std::function<double()>;

    // Zipkin's seven numbers of one transport, and what became of its spans. Requires: outlives
    // this.
    void add(const collector::CollectorMetrics& metrics);

    // A number of ours: `name` as Prometheus writes it, without the "_total" of counters. `label`
    // is a name and a value, or empty.
    void add(Kind kind, std::string name, std::pair<std::string, std::string> label, Read read);

    // {"counter.zipkin_collector.messages.http":2.0, ...}, indented.
    std::string json() const;
    // Prometheus' text format, version 0.0.4, with Micrometer's comma behind the last label.
    std::string text() const;

private:
    struct Number {
        Kind kind;
        std::string prometheus_name;
        std::string json_name;
        std::pair<std::string, std::string> label;
        Read read;
    };

    std::vector<Number> numbers_;
};

}  // namespace clew::web
