// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request as it was received over HTTP/1.1: spans to store, a question about traces, or a page.
// Made by the server's connection, read by the handler. Names and values point into what the
// connection has received; only the body is the handler's to take.
//
// Valid until: the request is answered, or its connection ends. So a handler that answers later, on
// another thread, copies or moves what it needs before it returns. Threads: one at a time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clew/transport/byte_budget.h"

namespace clew::transport {

enum class HttpMethod : std::uint8_t { get, head, post, put, patch, del, options, trace, other };

// The word on the wire, e.g. "GET"; empty for other.
std::string_view http_method_name(HttpMethod method) noexcept;

struct HttpHeader {
    std::string_view name;  // as it was sent; compare without case
    std::string_view value;
};

struct HttpRequest {
    // Every body has this much capacity beyond its size: parsers that read in wide steps ask for
    // it.
    static constexpr std::size_t kBodyPaddingBytes = 64;

    HttpMethod method = HttpMethod::other;
    std::string_view path;   // still percent-encoded; begins with '/', or is "*"
    std::string_view query;  // still percent-encoded, without '?'
    // "host" or "host:port" as the target or else Host names it; empty: HTTP/1.0 without Host.
    std::string_view host;
    std::vector<HttpHeader> headers;
    std::string body;
    // What the body holds of the server's bytes in flight. May be grown, and moved out to outlast
    // the request.
    ByteReservation reservation;

    // The value of the first header of that name, compared without case; empty when absent.
    std::string_view header(std::string_view name) const noexcept;

    // Sets path and query from a request target in origin form ("/path?query"), absolute form
    // ("http://host/path", which sets `host` as well) or "*", which only OPTIONS may ask for.
    // False for any other target. Requires: `method` is set.
    bool set_target(std::string_view target);

    // What points into `bytes` points into their copy at `copy` from now on.
    void rebase(std::string_view bytes, const char* copy) noexcept;

    // Forgets everything; keeps memory for the next request.
    void clear();
};

// True when a comma-separated list such as Accept-Encoding or Connection names the token, with
// parameters (";q=0.5") ignored except ";q=0", which is a no.
bool list_has_token(std::string_view list, std::string_view token) noexcept;

}  // namespace clew::transport
