// SPDX-License-Identifier: Apache-2.0
#pragma once

// One client of the HTTP server: reads a request, has it answered, writes the answer, and so on
// until either side has had enough. A machine of phases that is driven by a plain loop, so
// pipelined requests neither nest nor overtake each other.
//
// Threads: everything on the thread of its io_context; answers from elsewhere are posted there.

#include <memory>

#include "clew/transport/connection.h"
#include "clew/transport/http/http_server.h"

namespace clew::transport {

// What the connections of one server share.
struct HttpService {
    HttpServerOptions options;
    ByteBudget& budget;
    HttpHandler handler;
    std::shared_ptr<HttpServerMetrics> metrics;

    bool takes_body(const HttpRequest& request) const;
    // Also over a connection beyond the limit.
    bool answers_always(const HttpRequest& request) const {
        return options.answers_always && options.answers_always(request);
    }
};

std::shared_ptr<Connection> make_http_connection(
    AcceptedSocket socket, std::shared_ptr<const HttpService> service
);

}  // namespace clew::transport
