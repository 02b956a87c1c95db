// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes the head of a response as it goes on the wire. Keeps the Date line for as long as it is
// true, so that most responses format nothing but two numbers.
//
// Threads: one at a time.

#include <ctime>
#include <string>

#include "clew/transport/http/http_response.h"

namespace clew::transport {

// What the connection, not the handler, decides about a response.
struct HttpResponseFrame {
    bool close = false;       // says "Connection: close"
    bool keep_alive = false;  // says "Connection: keep-alive", which HTTP/1.0 needs to hear
};

class HttpResponseWriter {
public:
    // Appends status line, headers and the empty line.
    void append_head(
        const HttpResponse& response, const HttpResponseFrame& frame, std::string& out
    );

    // 1xx, 204 and 304 have neither a body nor a length.
    static bool has_body(int status) noexcept;

private:
    void append_date(std::string& out);

    std::time_t date_at_ = -1;
    std::string date_line_;  // of that second
};

}  // namespace clew::transport
