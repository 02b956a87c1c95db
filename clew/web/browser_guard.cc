// SPDX-License-Identifier: Apache-2.0
#include "clew/web/browser_guard.h"

#include <algorithm>
#include <utility>

#include "clew/base/ip_address.h"
#include "clew/base/text.h"

namespace clew::web {

namespace {

using transport::HttpRequest;
using transport::HttpResponse;

constexpr std::string_view kAllowHeaders = "content-type,x-grpc-web";
constexpr std::string_view kExposeHeaders =
    "grpc-status,grpc-message,armeria.grpc.ThrowableProto-bin";

bool names(const std::vector<std::string>& list, std::string_view name) {
    return std::ranges::any_of(list, [&](const std::string& listed) {
        return equals_ignoring_case(listed, name);
    });
}

// "localhost:9411" is localhost, "[::1]:9411" is ::1.
std::string_view without_port(std::string_view host) {
    if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
    return host.substr(0, host.find(':'));
}

bool is_address(std::string_view host) {
    const IpAddress address = parse_ip(host);
    return address.v4.has_value() || address.v6.has_value();
}

bool is_localhost(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    const std::string lower = lower_case(host);
    return lower == "localhost" || lower.ends_with(".localhost");
}

}  // namespace

bool is_loopback(std::string_view address) noexcept {
    return address.starts_with("127.") || address == "::1" || address == "localhost";
}

BrowserGuard::BrowserGuard(BrowserOptions options)
    : options_(std::move(options)),
      allows_every_origin_(names(options_.allowed_origins, "*")),
      checks_hosts_(is_loopback(options_.bind) || !options_.allowed_hosts.empty()) {}

std::optional<HttpResponse> BrowserGuard::refusal(const HttpRequest& request) const {
    const std::string_view host = request.header("Host");
    if (checks_hosts_ && !host.empty() && !is_known_host(host)) {
        return transport::text_response(
            421,
            "this server is not known as '" + std::string(host) +
                "'; --allowed-hosts takes the names that it is known by"
        );
    }
    const std::string_view origin = request.header("Origin");
    if (origin.empty() || is_listed(origin) || is_own_page(request, origin)) return std::nullopt;
    return transport::text_response(
        403,
        "pages of the origin '" + std::string(origin) +
            "' may not use this server; --query-allowed-origins takes those that may"
    );
}

bool BrowserGuard::is_listed(std::string_view origin) const {
    return allows_every_origin_ || names(options_.allowed_origins, origin);
}

// Sec-Fetch-Site is the browser's own word, which no page can set.
bool BrowserGuard::is_own_page(const HttpRequest& request, std::string_view origin) const {
    const std::string_view site = request.header("Sec-Fetch-Site");
    if (site == "same-origin" || site == "none") return true;
    const std::size_t scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view host = request.header("Host");
    return !host.empty() && equals_ignoring_case(origin.substr(scheme + 3), host);
}

bool BrowserGuard::is_known_host(std::string_view host) const {
    const std::string_view name = without_port(host);
    return is_address(name) || is_localhost(name) || equals_ignoring_case(name, options_.bind) ||
           names(options_.allowed_hosts, name) || names(options_.allowed_hosts, host) ||
           names(options_.allowed_hosts, "*");
}

std::string BrowserGuard::cors_lines(std::string_view origin) const {
    if (origin.empty() || !is_listed(origin)) return {};
    HttpResponse lines;
    if (allows_every_origin_) {
        lines.add_header("Access-Control-Allow-Origin", "*");
    } else {
        lines.add_header("Access-Control-Allow-Origin", origin);
        lines.add_header("Vary", "origin");
        lines.add_header("Access-Control-Allow-Headers", kAllowHeaders);
    }
    lines.add_header("Access-Control-Expose-Headers", kExposeHeaders);
    return lines.header_lines;
}

HttpResponse BrowserGuard::preflight() const {
    HttpResponse response;
    response.add_header("Access-Control-Allow-Methods", "GET,POST");
    if (allows_every_origin_) response.add_header("Access-Control-Allow-Headers", kAllowHeaders);
    return response;
}

}  // namespace clew::web
