// SPDX-License-Identifier: Apache-2.0
#include "clew/web/ui_routes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "clew/base/hex.h"
#include "clew/web/json_answers.h"
#include "clew/wire/compression.h"

namespace clew::web {

namespace {

using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

constexpr std::string_view kRoot = "/zipkin/";
constexpr std::string_view kPageName = "index.html";
// Once, at the start.
constexpr int kGzipLevel = 9;
constexpr std::string_view kBuiltBase = "href=\"/zipkin/\"";

constexpr std::string_view kNoPage =
    "This clew was built without its page (CLEW_UI=OFF): configure with -DCLEW_UI=ON and build "
    "again "
    "with Node 20.19 or later. The API is at /api/v2/traces.\n";

// `https://archive:9411` of an address on another server; empty for any other text, and for an
// authority with characters that would end the directive it becomes a part of.
std::string_view origin_of(std::string_view url) {
    constexpr std::string_view kAuthority =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
    if (scheme == 0) return {};
    const std::size_t end = std::min(url.find_first_of("/?#", scheme), url.size());
    const std::string_view authority = url.substr(scheme, end - scheme);
    const bool is_plain = authority.find_first_not_of(kAuthority) == std::string_view::npos;
    return is_plain && !authority.empty() ? url.substr(0, end) : std::string_view{};
}

// Span text comes from strangers: nothing but our own files may run or be loaded, and nothing may
// be sent anywhere but here and to the archive that the operator names.
std::string content_security_policy(const UiConfig& config) {
    std::string policy =
        "default-src 'self'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'";
    const std::string_view archive = origin_of(config.archive_post_url);
    if (!archive.empty()) policy.append(" ").append(archive);
    return policy + "; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
}

// FNV-1a: tells one build's file from another's, which is all an ETag is for.
std::string etag_of(std::string_view content) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : content) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    std::array<char, 16> hex;
    write_hex16(hash, hex.data());
    return std::string(hex.data(), hex.size());
}

// If-None-Match: weak comparison, a list, or "*".
bool has_current(const HttpRequest& request, std::string_view etag) {
    std::string_view known = request.header("If-None-Match");
    return known == "*" || known.find(etag) != std::string_view::npos;
}

bool wants_html(const HttpRequest& request) {
    return transport::list_has_token(request.header("Accept"), "text/html");
}

// The addresses a person can be at; others are the page only when a browser asks for one.
bool is_page_path(std::string_view path) {
    return path.empty() || path == kPageName || path == "dependency" || path == "traceViewer" ||
           path.starts_with("traces/");
}

Router::Route redirect(std::string location) {
    return [location = std::move(location)](const HttpRequest& request, const HttpResponder& to) {
        HttpResponse response;
        response.status = 302;
        const std::string query = request.query.empty() ? "" : "?" + std::string(request.query);
        response.add_header("Location", location + query);
        to.send(std::move(response));
    };
}

void add_page_headers(HttpResponse& response, std::string_view security_policy) {
    response.add_header("Content-Security-Policy", security_policy);
    response.add_header("Referrer-Policy", "no-referrer");
    response.add_header("X-Frame-Options", "DENY");
}

}  // namespace

UiRoutes::UiRoutes(UiAssets assets, const UiConfig& config)
    : config_json_(ui_config_json(config)), security_policy_(content_security_policy(config)) {
    for (const UiAsset& asset : assets) {
        files_.push_back({asset, etag_of(asset.content)});
        if (asset.name == kPageName) page_file_ = files_.back();
    }
    page_ = page_file_.asset.content;
    const std::size_t at = page_.find(kBuiltBase);
    if (at != std::string::npos && config.base_path != "/zipkin") {
        const std::string path = config.base_path == "/" ? "" : config.base_path;
        page_.replace(at, kBuiltBase.size(), "href=\"" + path + "/\"");
        wire::gzip(page_, kGzipLevel, page_gzip_);
        page_file_.asset.gzip = page_gzip_;
        page_file_.asset.brotli = {};
    }
    page_file_.asset.content = page_;
    page_file_.etag = etag_of(page_);
}

void UiRoutes::mount(Router& router) const {
    router.get("/", redirect("/zipkin/"));
    router.get("/zipkin", redirect("/zipkin/"));
    router.get("/favicon.ico", redirect("/zipkin/favicon.ico"));
    router.get("/zipkin/favicon.ico", redirect("/zipkin/favicon.svg"));
    router.get("/zipkin/config.json", [this](const HttpRequest&, const HttpResponder& responder) {
        HttpResponse response = json_response(config_json_);
        response.content_type = "application/json; charset=utf-8";  // as Zipkin's
        response.add_header("Cache-Control", "max-age=600");
        responder.send(std::move(response));
    });
    router.get_below(
        std::string(kRoot),
        "{file}",
        [this](const HttpRequest& request, const HttpResponder& responder) {
            serve_file(request, responder);
        }
    );
}

void UiRoutes::serve_file(const HttpRequest& request, const HttpResponder& responder) const {
    const std::string_view name = request.path.substr(kRoot.size());
    if (is_page_path(name)) return serve_page(request, responder);
    const auto file = std::ranges::find_if(files_, [name](const File& candidate) {
        return candidate.asset.name == name;
    });
    if (file == files_.end()) {
        const bool is_api = name == "api" || name.starts_with("api/");
        if (!is_api && wants_html(request)) return serve_page(request, responder);
        return responder.send(transport::text_response(404, "not found"));
    }
    HttpResponse response = response_of(*file, request);
    response.add_header("Cache-Control", "max-age=31536000, immutable");
    responder.send(std::move(response));
}

// In the smallest form that the browser takes; each form has an ETag of its own.
HttpResponse UiRoutes::response_of(const File& file, const HttpRequest& request) {
    const UiAsset& asset = file.asset;
    const std::string_view accepted = request.header("Accept-Encoding");
    const auto takes = [accepted](const char* encoding, std::string_view content) {
        return !content.empty() && transport::list_has_token(accepted, encoding);
    };
    HttpResponse response;
    std::string_view content = asset.content;
    std::string etag = file.etag;
    if (takes("br", asset.brotli)) {
        content = asset.brotli;
        etag += "-br";
        response.add_header("Content-Encoding", "br");
    } else if (takes("gzip", asset.gzip)) {
        content = asset.gzip;
        etag += "-gzip";
        response.add_header("Content-Encoding", "gzip");
    }
    etag = "\"" + etag + "\"";
    response.add_header("ETag", etag);
    if (!asset.gzip.empty() || !asset.brotli.empty())
        response.add_header("Vary", "Accept-Encoding");
    if (has_current(request, etag)) {
        response.status = 304;
        return response;
    }
    response.content_type = asset.content_type;
    response.static_body = content;
    return response;
}

void UiRoutes::serve_page(const HttpRequest& request, const HttpResponder& responder) const {
    if (page_.empty()) return responder.send(transport::text_response(404, kNoPage));
    HttpResponse response = response_of(page_file_, request);
    response.add_header("Cache-Control", "max-age=60");
    add_page_headers(response, security_policy_);
    responder.send(std::move(response));
}

}  // namespace clew::web
