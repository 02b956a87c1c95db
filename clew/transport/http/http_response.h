// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a server answers to one HTTP request. Filled by a handler, written by the connection, which
// adds the headers that belong to the connection itself (Date, Connection, Content-Length) and to
// every answer (X-Content-Type-Options: a browser must not guess what is in it).
//
// Threads: a plain value.

#include <string>
#include <string_view>

namespace clew::transport {

struct HttpResponse {
    int status = 200;
    std::string content_type;  // empty: no such header
    std::string header_lines;  // "Name: value\r\n" each, see add_header()
    std::string body;
    // Sent in place of `body` when not empty. Requires: outlives the program's servers.
    std::string_view static_body;
    // Closes the connection after this answer.
    bool close = false;

    // Line ends in the value become spaces: no stranger writes a header of their own.
    void add_header(std::string_view name, std::string_view value);

    std::string_view content() const noexcept {
        return static_body.empty() ? std::string_view(body) : static_body;
    }
};

// A sentence as text/plain, the form of every error of Zipkin's API.
HttpResponse text_response(int status, std::string_view text);

// "try again in so many seconds", for 503 and 429.
HttpResponse overloaded_response(int status, std::string_view text, int retry_after_seconds);

// The standard's words, e.g. "Not Found"; "Unknown" for a status that has none.
std::string_view http_reason(int status) noexcept;

}  // namespace clew::transport
