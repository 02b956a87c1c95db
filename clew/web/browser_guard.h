// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps the pages of other sites away from this server. A browser on the same machine reaches it
// where no other machine does, so a page may not read traces or send spans unless its origin is
// listed (CORS, and refusal of the request itself), nor reach it by a name of its own that points
// here (DNS rebinding: the Host of a request must be one that this server is known by).
//
// Threads: all of it from anywhere.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clew/transport/http/http_request.h"
#include "clew/transport/http/http_response.h"

namespace clew::web {

struct BrowserOptions {
    // Origins whose pages may use the API; "*" is every origin, as in Zipkin.
    std::vector<std::string> allowed_origins = {};
    // Names by which this server is known, besides localhost and addresses; "*" is every name.
    std::vector<std::string> allowed_hosts = {};
    // Where it listens. On the loopback names are checked; elsewhere only when some are listed.
    std::string bind = "127.0.0.1";
};

// "127.0.0.1", "::1", "localhost".
bool is_loopback(std::string_view address) noexcept;

class BrowserGuard {
public:
    explicit BrowserGuard(BrowserOptions options);

    // 421 for another host's request, 403 for a page of a foreign origin; nothing for a request
    // that may pass, which are all without Host and Origin.
    std::optional<transport::HttpResponse> refusal(const transport::HttpRequest& request) const;

    // Header lines that let the page read the answer; empty where it needs none.
    std::string cors_lines(std::string_view origin) const;
    // Requires: refusal() has none.
    transport::HttpResponse preflight() const;

private:
    bool is_listed(std::string_view origin) const;
    bool is_own_page(const transport::HttpRequest& request, std::string_view origin) const;
    bool is_known_host(std::string_view host) const;

    const BrowserOptions options_;
    const bool allows_every_origin_;
    const bool checks_hosts_;
};

}  // namespace clew::web
