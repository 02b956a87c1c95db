// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds who answers a request: an exact path, or a path below another. Knows nothing of what the
// routes answer; adds what HTTP asks of every resource (HEAD for every GET, 405 with Allow, 404)
// and what browsers ask (CORS), and compresses large answers for those who take it.
//
// Threads: routes are added before the first request; answer() from anywhere after.

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clew/transport/http/http_handler.h"

namespace clew::web {

struct RouterOptions {
    // Origins whose pages may read the answers; "*" is every origin. ZIPKIN_QUERY_ALLOWED_ORIGINS.
    std::vector<std::string> allowed_origins = {"*"};
    // Answers smaller than this are not compressed.
    std::size_t gzip_bytes_min = 2048;
};

class Router {
public:
    using Route = std::function<void(transport::HttpRequest&, const transport::HttpResponder&)>;

    explicit Router(RouterOptions options = {});

    void get(std::string path, Route route);
    void post(std::string path, Route route);
    // Every GET whose path begins with `prefix` and is no route of its own.
    void get_below(std::string prefix, Route route);

    void answer(transport::HttpRequest& request, const transport::HttpResponder& responder) const;

private:
    struct Routes {
        Route get;
        Route post;
    };

    const Routes* find(std::string_view path) const;
    bool is_allowed(std::string_view origin) const;
    std::string cors_lines(std::string_view origin) const;
    transport::HttpResponse preflight() const;

    RouterOptions options_;
    bool allows_every_origin_ = false;
    std::map<std::string, Routes, std::less<>> exact_;
    std::map<std::string, Routes, std::less<>> below_;
};

}  // namespace clew::web
