// SPDX-License-Identifier: Apache-2.0
#pragma once

// What whoever runs the server asks: /health, /info, /metrics and /prometheus, with Zipkin's
// bodies, and under the /actuator addresses that some checks still use.
//
// Threads: as every route.

#include <string>

#include "clew/storage/storage.h"
#include "clew/web/metrics_page.h"
#include "clew/web/query_pool.h"
#include "clew/web/request_metrics.h"
#include "clew/web/router.h"

namespace clew::web {

struct BuildFacts {
    std::string version;  // e.g. "0.1.0"
    std::string commit;   // short; empty when it was not known
};

class OperatorRoutes {
public:
    // Requires: all outlive this.
    OperatorRoutes(
        const storage::Storage& storage,
        const MetricsPage& metrics,
        const RequestMetrics& requests,
        QueryPool& pool,
        BuildFacts facts
    )
        : storage_(storage),
          metrics_(metrics),
          requests_(requests),
          pool_(pool),
          facts_(std::move(facts)) {}

    // Requires: this outlives the router.
    void mount(Router& router) const;

private:
    void answer_health(const std::string& type, const transport::HttpResponder& responder) const;

    const storage::Storage& storage_;
    const MetricsPage& metrics_;
    const RequestMetrics& requests_;
    QueryPool& pool_;
    const BuildFacts facts_;
};

}  // namespace clew::web
