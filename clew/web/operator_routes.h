// SPDX-License-Identifier: Apache-2.0
#pragma once

// What whoever runs the server asks: /health, /ready, /info, /metrics and /prometheus, with
// Zipkin's bodies where it has them, and under the /actuator addresses that some checks still use.
// Answered on the loop thread, so that no query can hold up a probe.
//
// Threads: as every route.

#include <string>
#include <string_view>

#include "clew/web/metrics_page.h"
#include "clew/web/request_metrics.h"
#include "clew/web/router.h"
#include "clew/web/server_health.h"

namespace clew::web {

struct BuildFacts {
    std::string version;  // e.g. "0.1.0"
    std::string commit;   // short; empty when it was not known
};

class OperatorRoutes {
public:
    // Requires: all outlive this.
    OperatorRoutes(
        const ServerHealth& health,
        const MetricsPage& metrics,
        const RequestMetrics& requests,
        BuildFacts facts
    )
        : health_(health), metrics_(metrics), requests_(requests), facts_(std::move(facts)) {}

    // Whether one of these answers at the path. They cost little, and are wanted most when the
    // server has no connection left for others.
    static bool has(std::string_view path) noexcept;

    // Requires: this outlives the router.
    void mount(Router& router) const;

private:
    transport::HttpResponse health(const char* type) const;
    transport::HttpResponse readiness() const;

    const ServerHealth& health_;
    const MetricsPage& metrics_;
    const RequestMetrics& requests_;
    const BuildFacts facts_;
};

}  // namespace clew::web
