// SPDX-License-Identifier: Apache-2.0
#include "clew/web/router.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "clew/wire/compression.h"

namespace clew::web {

namespace {

using transport::HttpMethod;
using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr int kGzipLevel = 4;
constexpr std::string_view kAllowHeaders = "content-type,x-grpc-web";
constexpr std::string_view kExposeHeaders =
    "grpc-status,grpc-message,armeria.grpc.ThrowableProto-bin";

bool is_compressible(std::string_view content_type) {
    return content_type.starts_with("application/json") ||
           content_type.starts_with("text/javascript") || content_type.starts_with("text/css") ||
           content_type.starts_with("text/html") || content_type.starts_with("image/svg+xml") ||
           content_type.starts_with("text/plain; version=");
}

bool is_get(const HttpRequest& request) {
    return request.method == HttpMethod::get || request.method == HttpMethod::head;
}

bool is_preflight(const HttpRequest& request) {
    return request.method == HttpMethod::options && !request.header("Origin").empty() &&
           !request.header("Access-Control-Request-Method").empty();
}

// What is done to every answer, whoever gave it.
struct Dress {
    std::string lines;
    std::size_t gzip_bytes_min = 0;
    bool takes_gzip = false;
    RequestMetrics* metrics = nullptr;  // null: the request is not counted
    std::string_view method;
    std::string_view uri;
    std::chrono::steady_clock::time_point begin{};
};

class DressingExchange final : public HttpResponder::Exchange {
public:
    DressingExchange(HttpResponder next, Dress dress)
        : next_(std::move(next)), dress_(std::move(dress)) {}

    void answer(HttpResponse response) override {
        response.header_lines += dress_.lines;
        const bool is_large = response.content().size() >= dress_.gzip_bytes_min;
        if (is_large && is_compressible(response.content_type)) {
            response.add_header("Vary", "Accept-Encoding");
            if (dress_.takes_gzip) compress(response);
        }
        if (dress_.metrics != nullptr) {
            dress_.metrics->record(
                {dress_.method, dress_.uri, response.status},
                std::chrono::steady_clock::now() - dress_.begin
            );
        }
        next_.send(std::move(response));
    }

    void when_disconnected(std::function<void()> then) override {
        next_.when_disconnected(std::move(then));
    }

private:
    static void compress(HttpResponse& response) {
        std::string compressed;
        wire::gzip(response.content(), kGzipLevel, compressed);
        response.body = std::move(compressed);
        response.static_body = {};
        response.add_header("Content-Encoding", "gzip");
    }

    HttpResponder next_;
    Dress dress_;
};

// The page asks below /zipkin what programs ask at the root: one resource. Others are not counted.
std::string counted_uri(std::string_view path) {
    if (path.starts_with("/zipkin/api/")) path.remove_prefix(std::string_view("/zipkin").size());
    return path.starts_with("/api/") ? std::string(path) : std::string();
}

}  // namespace

Router::Router(RouterOptions options, RequestMetrics* metrics)
    : options_(std::move(options)), metrics_(metrics), allows_every_origin_(is_allowed("*")) {}

Router::Routes& Router::routes(
    std::map<std::string, Routes, std::less<>>& table, std::string path
) {
    Routes& found = table[path];
    found.uri = counted_uri(path);
    return found;
}

void Router::get(std::string path, Route route) {
    routes(exact_, std::move(path)).get = std::move(route);
}

void Router::post(std::string path, Route route) {
    routes(exact_, std::move(path)).post = std::move(route);
}

void Router::get_below(std::string prefix, std::string rest, Route route) {
    Routes& below = routes(below_, std::move(prefix));
    below.get = std::move(route);
    if (!below.uri.empty()) below.uri += rest;
}

const Router::Routes* Router::find(std::string_view path) const {
    if (const auto found = exact_.find(path); found != exact_.end()) return &found->second;
    const Routes* longest = nullptr;
    std::size_t length = 0;
    for (const auto& [prefix, routes] : below_) {
        if (path.starts_with(prefix) && prefix.size() > length) {
            longest = &routes;
            length = prefix.size();
        }
    }
    return longest;
}

bool Router::is_allowed(std::string_view origin) const {
    return std::ranges::find(options_.allowed_origins, origin) != options_.allowed_origins.end();
}

// Nothing for an origin that is not allowed: the request itself still succeeds.
std::string Router::cors_lines(std::string_view origin) const {
    if (origin.empty()) return {};
    HttpResponse lines;
    if (allows_every_origin_) {
        lines.add_header("Access-Control-Allow-Origin", "*");
    } else if (is_allowed(origin)) {
        lines.add_header("Access-Control-Allow-Origin", origin);
        lines.add_header("Vary", "origin");
        lines.add_header("Access-Control-Allow-Headers", kAllowHeaders);
    } else {
        return {};
    }
    lines.add_header("Access-Control-Expose-Headers", kExposeHeaders);
    return lines.header_lines;
}

HttpResponse Router::preflight() const {
    HttpResponse response;
    response.add_header("Access-Control-Allow-Methods", "GET,POST");
    if (allows_every_origin_) response.add_header("Access-Control-Allow-Headers", kAllowHeaders);
    return response;
}

HttpResponder Router::dress(
    const HttpRequest& request, const HttpResponder& responder, const Routes* routes
) const {
    const std::string_view origin = request.header("Origin");
    const bool is_counted = metrics_ != nullptr && routes != nullptr && !routes->uri.empty();
    if (!is_get(request) && origin.empty() && !is_counted) return responder;
    Dress dress;
    dress.lines = cors_lines(origin);
    dress.gzip_bytes_min = options_.gzip_bytes_min;
    dress.takes_gzip =
        is_get(request) && transport::list_has_token(request.header("Accept-Encoding"), "gzip");
    if (is_counted) {
        dress.metrics = metrics_;
        dress.method = transport::http_method_name(request.method);
        dress.uri = routes->uri;
        dress.begin = std::chrono::steady_clock::now();
    }
    return HttpResponder(std::make_shared<DressingExchange>(responder, std::move(dress)));
}

void Router::answer(HttpRequest& request, const HttpResponder& responder) const {
    const Routes* routes = find(request.path);
    const HttpResponder dressed = dress(request, responder, routes);
    if (is_preflight(request)) {
        const bool allowed = allows_every_origin_ || is_allowed(request.header("Origin"));
        return dressed.send(
            allowed ? preflight() : transport::text_response(403, "this origin is not allowed")
        );
    }
    if (request.method == HttpMethod::trace) {
        return dressed.send(transport::text_response(405, "TRACE is not allowed"));
    }
    if (routes == nullptr) return dressed.send(transport::text_response(404, "not found"));
    if (is_get(request) && routes->get) return routes->get(request, dressed);
    if (request.method == HttpMethod::post && routes->post) return routes->post(request, dressed);
    HttpResponse refused = transport::text_response(405, "this method is not allowed here");
    const char* with_get = routes->post ? "GET, HEAD, POST" : "GET, HEAD";
    refused.add_header("Allow", routes->get ? with_get : "POST");
    dressed.send(std::move(refused));
}

}  // namespace clew::web
