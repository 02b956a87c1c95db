// SPDX-License-Identifier: Apache-2.0
#include "clew/web/router.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "clew/web/query_string.h"
#include "clew/wire/compression.h"

namespace clew::web {

namespace {

using transport::HttpMethod;
using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr int kGzipLevel = 4;
constexpr int kRetryAfterSeconds = 1;

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

HttpResponse not_allowed(const char* allowed) {
    HttpResponse response = transport::text_response(405, "this method is not allowed here");
    response.add_header("Allow", allowed);
    return response;
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
        // Static bodies come compressed where that is worth it.
        const bool is_large =
            response.static_body.empty() && response.body.size() >= dress_.gzip_bytes_min;
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
    : options_(std::move(options)), guard_(options_.browsers), metrics_(metrics) {}

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

bool Router::takes_body(const HttpRequest& request) const {
    if (request.method != HttpMethod::post) return false;
    const bool is_plain = is_plain_path(request.path);
    const Routes* routes = is_plain ? find(request.path) : find(plain_path(request.path));
    return routes != nullptr && routes->post;
}

HttpResponder Router::dress(
    const HttpRequest& request, const HttpResponder& responder, const Routes* routes
) const {
    const std::string_view origin = request.header("Origin");
    const bool is_counted = metrics_ != nullptr && routes != nullptr && !routes->uri.empty();
    if (!is_get(request) && origin.empty() && !is_counted) return responder;
    Dress dress;
    dress.lines = guard_.cors_lines(origin);
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
    try {
        answer_path(request, responder);
    } catch (const std::bad_alloc&) {
        responder.send(transport::overloaded_response(
            503, "there is no memory for this request now, try again later", kRetryAfterSeconds
        ));
    }
}

void Router::answer_path(HttpRequest& request, const HttpResponder& responder) const {
    if (is_plain_path(request.path)) {
        const Routes* routes = find(request.path);
        return call(routes, request, dress(request, responder, routes));
    }
    const std::string path = plain_path(request.path);
    const std::string_view as_sent = std::exchange(request.path, path);
    const Routes* routes = find(path);
    call(routes, request, dress(request, responder, routes));
    request.path = as_sent;  // `path` ends here, the request does not
}

void Router::call(const Routes* routes, HttpRequest& request, const HttpResponder& responder)
    const {
    if (std::optional<HttpResponse> refusal = guard_.refusal(request)) {
        return responder.send(*std::move(refusal));
    }
    if (is_preflight(request)) return responder.send(guard_.preflight());
    if (request.method == HttpMethod::trace) {
        return responder.send(transport::text_response(405, "TRACE is not allowed"));
    }
    if (request.method == HttpMethod::other) {
        return responder.send(not_allowed("GET, HEAD, POST"));
    }
    if (routes == nullptr) return responder.send(transport::text_response(404, "not found"));
    if (is_get(request) && routes->get) return routes->get(request, responder);
    if (request.method == HttpMethod::post && routes->post) return routes->post(request, responder);
    const char* with_get = routes->post ? "GET, HEAD, POST" : "GET, HEAD";
    responder.send(not_allowed(routes->get ? with_get : "POST"));
}

}  // namespace clew::web
