// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/http_server.h"

#include <utility>

#include "clew/transport/http/internal/http_connection.h"

namespace clew::transport {

namespace {

// What a peer reads that is one connection too many.
std::string connections_refusal(int retry_after_seconds) {
    const std::string text = "too many connections";
    return "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: text/plain; "
           "charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nRetry-After: " +
           std::to_string(retry_after_seconds) +
           "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

}  // namespace

bool HttpService::takes_body(const HttpRequest& request) const {
    if (options.takes_body) return options.takes_body(request);
    return request.method == HttpMethod::post || request.method == HttpMethod::put ||
           request.method == HttpMethod::patch;
}

Expected<std::unique_ptr<HttpServer>> HttpServer::open(
    EventLoop& loop,
    ListenerOptions listener_options,
    const HttpServerOptions& options,
    ByteBudget& budget,
    HttpHandler handler
) {
    auto metrics = std::make_shared<HttpServerMetrics>();
    auto service = std::make_shared<const HttpService>(HttpService{
        options, budget, std::move(handler), metrics});
    listener_options.refusal = connections_refusal(options.retry_after_seconds);
    listener_options.serves_refused = true;
    Expected<std::unique_ptr<Listener>> listener =
        Listener::open(loop, listener_options, [service](AcceptedSocket socket) {
            return make_http_connection(std::move(socket), service);
        });
    if (!listener) return std::move(listener).error();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(*listener), std::move(metrics)));
}

}  // namespace clew::transport
