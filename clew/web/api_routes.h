// SPDX-License-Identifier: Apache-2.0
#pragma once

// Zipkin's query API, version 2: every GET below /api/v2, and the same below /zipkin/api/v2, which
// is where the page asks. Each query is read here, answered by query/ on a thread of the query
// pool, and written as JSON; what is wrong with it is answered 400 in Zipkin's words. A query whose
// client disconnects is cancelled.
//
// Threads: the routes are called on loop threads and return at once.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/clock.h"
#include "clew/query/query_limits.h"
#include "clew/query/search_names.h"
#include "clew/query/service_graph.h"
#include "clew/query/trace_lookup.h"
#include "clew/query/trace_search.h"
#include "clew/storage/storage.h"
#include "clew/web/query_pool.h"
#include "clew/web/router.h"
#include "clew/web/shared_answers.h"

namespace clew::web {

struct ApiOptions {
    query::QueryLimits limits;
    // How long a browser may keep lists of names. QUERY_NAMES_MAX_AGE.
    std::chrono::seconds names_max_age{300};
};

class ApiRoutes {
public:
    // Requires: storage, clock and pool outlive this.
    ApiRoutes(
        const storage::Storage& storage,
        const Clock& clock,
        QueryPool& pool,
        const ApiOptions& options
    );

    // Requires: this outlives the router.
    void mount(Router& router);

    // Service graphs; fewer than were asked for, where answers were shared.
    const Counter& graphs_computed() const noexcept { return graphs_.computed(); }

private:
    using Parameters = std::vector<query::Parameter>;
    using Answer = Expected<transport::HttpResponse>;
    using Query = std::function<Answer(const Parameters&, const QueryContext&)>;

    Router::Route route(QueryLane lane, Query query);
    void ask_for_trace(
        std::string_view prefix,
        const transport::HttpRequest& request,
        const transport::HttpResponder& responder
    );
    void ask_for_graph(const Parameters& parameters, const transport::HttpResponder& responder);
    void run(
        QueryLane lane,
        const transport::HttpResponder& responder,
        std::function<Answer(const QueryContext&)> query
    );
    void mount_names(Router& router, const std::string& prefix);
    void mount_traces(Router& router, const std::string& prefix);
    transport::HttpResponse names(const std::vector<std::string>& list, bool is_cached) const;

    const storage::Storage& storage_;
    query::TraceSearch search_;
    query::TraceLookup lookup_;
    query::ServiceGraph graph_;
    query::SearchNames names_;
    QueryPool& pool_;
    SharedAnswers graphs_;
    const query::QueryLimits limits_;
    const std::string cache_control_;
    // More services than this are worth caching; fewer is somebody trying things out.
    std::atomic<bool> has_many_services_{false};
};

}  // namespace clew::web
