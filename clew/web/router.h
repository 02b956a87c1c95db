// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds who answers a request: an exact path, or a path below another. Knows nothing of what the
// routes answer; adds what HTTP asks of every resource (HEAD for every GET, 405 with Allow, 404)
// and what browsers ask (CORS, and refusal of foreign pages), compresses large answers for those
// who take it, and counts what the API was asked. A path is read as Zipkin's server reads it:
// double slashes are one, escapes of unreserved characters and parameters (";a=b") say nothing.
//
// Threads: routes are added before the first request; answer() from anywhere after.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clew/transport/http/http_handler.h"
#include "clew/web/browser_guard.h"
#include "clew/web/request_metrics.h"

namespace clew::web {

struct RouterOptions {
    BrowserOptions browsers;
    // Answers smaller than this are not compressed.
    std::size_t gzip_bytes_min = 2048;
};

class Router {
public:
    using Route = std::function<void(transport::HttpRequest&, const transport::HttpResponder&)>;

    // `metrics` may be null. Requires: outlives the router and every request it was given.
    explicit Router(RouterOptions options = {}, RequestMetrics* metrics = nullptr);

    void get(std::string path, Route route);
    void post(std::string path, Route route);
    // Every GET whose path begins with `prefix` and is no route of its own; `rest` names what
    // follows in the metrics, e.g. "{traceId}".
    void get_below(std::string prefix, std::string rest, Route route);

    void answer(transport::HttpRequest& request, const transport::HttpResponder& responder) const;

    // Whether the route of this request reads its body.
    bool takes_body(const transport::HttpRequest& request) const;

private:
    struct Routes {
        Route get;
        Route post;
        std::string uri;  // for the metrics; empty: not counted
    };

    Routes& routes(std::map<std::string, Routes, std::less<>>& table, std::string path);
    const Routes* find(std::string_view path) const;
    transport::HttpResponder dress(
        const transport::HttpRequest& request,
        const transport::HttpResponder& responder,
        const Routes* routes
    ) const;
    void answer_path(transport::HttpRequest& request, const transport::HttpResponder& to) const;
    void call(
        const Routes* routes, transport::HttpRequest& request, const transport::HttpResponder& to
    ) const;

    const RouterOptions options_;
    const BrowserGuard guard_;
    RequestMetrics* metrics_;
    std::map<std::string, Routes, std::less<>> exact_;
    std::map<std::string, Routes, std::less<>> below_;
};

}  // namespace clew::web
