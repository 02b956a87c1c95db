// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the head of an HTTP/1.1 request, and a body that comes in chunks, from bytes in memory. A
// body of declared length is not its business: the connection reads that straight to where it is
// wanted. The grammar is Beast's; this unit decides what each violation is answered with.
//
// Threads: one at a time.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "clew/transport/http/http_request.h"

namespace boost::system {
class error_code;
}

namespace clew::transport {

struct HttpParserLimits {
    // Request line, headers, chunk extensions and trailers together.
    std::uint32_t header_bytes_max = 8 * 1024;
    std::uint64_t body_bytes_max = 10 * 1024 * 1024;
};

class HttpRequestParser {
public:
    explicit HttpRequestParser(HttpParserLimits limits);
    ~HttpRequestParser();
    HttpRequestParser(const HttpRequestParser&) = delete;
    HttpRequestParser& operator=(const HttpRequestParser&) = delete;

    // Begins the next request.
    void reset();

    // `bytes` are all that was received of the head and what follows. Returns the length of the
    // head once it is complete, else 0. What `request` gets points into `bytes`.
    std::size_t parse_head(std::string_view bytes, HttpRequest& request);

    // Of a chunked body: appends what is complete to `body` and returns how many bytes were used.
    // Chunk extensions and trailers count as headers do. Requires: the head is complete and
    // is_chunked().
    std::size_t parse_chunks(std::string_view bytes, std::string& body);
    bool is_body_complete() const;

    // 0, or the status that answers the first violation; `reason()` says what it was.
    int failed_with() const noexcept { return failed_with_; }
    const std::string& reason() const noexcept { return reason_; }

    // Questions about a complete head.
    std::uint64_t content_length() const noexcept { return content_length_; }
    bool is_chunked() const noexcept { return is_chunked_; }
    bool keep_alive() const noexcept { return keep_alive_; }
    bool is_http_1_0() const noexcept { return is_http_1_0_; }
    bool expects_continue() const noexcept { return expects_continue_; }

private:
    class Grammar;  // keeps Beast out of this header

    void finish_head(HttpRequest& request);
    void check_header_bytes(std::size_t more);
    void fail(int status, std::string_view reason);
    void fail_with(const boost::system::error_code& error);

    HttpParserLimits limits_;
    std::unique_ptr<Grammar> grammar_;
    int failed_with_ = 0;
    std::string reason_;
    std::uint64_t content_length_ = 0;
    bool is_chunked_ = false;
    bool keep_alive_ = false;
    bool is_http_1_0_ = false;
    bool expects_continue_ = false;
};

}  // namespace clew::transport
