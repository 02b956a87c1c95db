// SPDX-License-Identifier: Apache-2.0
#pragma once

// What RFC 9112 demands of a request's head beyond its grammar: one way to tell where the body
// ends, and one host. A front proxy that reads either differently would let one peer write
// another's request (request smuggling), so nothing is guessed: what is not clear is refused.
//
// Threads: pure functions.

#include <string_view>

#include "clew/transport/http/http_request.h"

namespace clew::transport {

// A refusal, or none.
struct HttpViolation {
    int status = 0;  // 0: none
    std::string_view reason;
};

// "host" or "host:port" of a URI, host not empty, without user info (RFC 3986 3.2.2).
bool is_host(std::string_view text) noexcept;

// RFC 9112 6.1 to 6.3: at most one Content-Length, digits only; or Transfer-Encoding, which is
// exactly "chunked"; never both, and no Transfer-Encoding in HTTP/1.0.
HttpViolation check_framing(const HttpRequest& request, bool is_http_1_0) noexcept;

// RFC 9112 3.2: exactly one valid Host; HTTP/1.0 may leave it out. Sets `request.host` unless the
// target, being absolute, has named it already (RFC 9112 3.2.2).
HttpViolation check_host(HttpRequest& request, bool is_http_1_0) noexcept;

}  // namespace clew::transport
