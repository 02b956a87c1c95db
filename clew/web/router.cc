// SPDX-License-Identifier: Apache-2.0
#include "clew/web/router.h"

#include <algorithm>
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

// Adds to an answer what does not depend on who answered, then passes it on.
class DressingExchange final : public HttpResponder::Exchange {
public:
    DressingExchange(
        HttpResponder next, std::string lines, std::size_t gzip_bytes_min, bool takes_gzip
    )
        : next_(std::move(next)),
          lines_(std::move(lines)),
          gzip_bytes_min_(gzip_bytes_min),
          takes_gzip_(takes_gzip) {}

    void answer(HttpResponse response) override {
        response.header_lines += lines_;
        const bool is_large = response.content().size() >= gzip_bytes_min_;
        if (is_large && is_compressible(response.content_type)) {
            response.add_header("Vary", "Accept-Encoding");
            if (takes_gzip_) compress(response);
        }
        next_.send(std::move(response));
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
    std::string lines_;
    std::size_t gzip_bytes_min_;
    bool takes_gzip_;
};

}  // namespace

Router::Router(RouterOptions options)
    : options_(std::move(options)), allows_every_origin_(is_allowed("*")) {}

void Router::get(std::string path, Route route) { exact_[std::move(path)].get = std::move(route); }

void Router::post(std::string path, Route route) {
    exact_[std::move(path)].post = std::move(route);
}

void Router::get_below(std::string prefix, Route route) {
    below_[std::move(prefix)].get = std::move(route);
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

void Router::answer(HttpRequest& request, const HttpResponder& responder) const {
    const std::string_view origin = request.header("Origin");
    const bool is_get = request.method == HttpMethod::get || request.method == HttpMethod::head;
    // Most spans come from programs that ask for neither, and their answer is passed on as it is.
    HttpResponder dressed = responder;
    if (is_get || !origin.empty()) {
        const bool takes_gzip =
            is_get && transport::list_has_token(request.header("Accept-Encoding"), "gzip");
        dressed = HttpResponder(std::make_shared<DressingExchange>(
            responder, cors_lines(origin), options_.gzip_bytes_min, takes_gzip
        ));
    }
    if (request.method == HttpMethod::options && !origin.empty() &&
        !request.header("Access-Control-Request-Method").empty()) {
        const bool allowed = allows_every_origin_ || is_allowed(origin);
        return dressed.send(
            allowed ? preflight() : transport::text_response(403, "this origin is not allowed")
        );
    }
    if (request.method == HttpMethod::trace) {
        return dressed.send(transport::text_response(405, "TRACE is not allowed"));
    }
    const Routes* routes = find(request.path);
    if (routes == nullptr) return dressed.send(transport::text_response(404, "not found"));
    const Route& route = is_get ? routes->get : routes->post;
    const bool is_post = request.method == HttpMethod::post;
    if (route && (is_get || is_post)) return route(request, dressed);
    HttpResponse refused = transport::text_response(405, "this method is not allowed here");
    refused.add_header(
        "Allow", routes->get ? (routes->post ? "GET, HEAD, POST" : "GET, HEAD") : "POST"
    );
    dressed.send(std::move(refused));
}

}  // namespace clew::web
