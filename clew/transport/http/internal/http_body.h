// SPDX-License-Identifier: Apache-2.0
#pragma once

// The body of the request at hand, of declared length or in chunks, on its way from the input into
// the request. Decides what memory it gets: a small body waits in the input until it is whole; a
// larger one is reserved as it arrives, 16 KiB first, then doubling; one that nobody takes is read
// past. A declared length alone costs nobody anything.
//
// Threads: as its connection.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "clew/transport/http/http_request.h"
#include "clew/transport/http/internal/http_head_rules.h"
#include "clew/transport/http/internal/http_input.h"
#include "clew/transport/http/internal/http_request_parser.h"

namespace clew::transport {

struct HttpServerOptions;

class HttpBody {
public:
    static constexpr std::string_view kOverloaded = "too many bytes in flight, try again later";
    static constexpr std::string_view kNeverFits =
        "the request's body is larger than bytes in flight may be";

    enum class Step : std::uint8_t {
        complete,  // the request can be handled
        input,     // more bytes have to come into the input
        body,      // more bytes have to come into room()
        refused,   // with refusal()
    };

    // Requires: all of it outlives the body.
    HttpBody(
        const ByteBudget& budget, HttpInput& input, HttpRequestParser& parser, HttpRequest& request
    );

    // Begins the body of the request whose head the parser has read. Refuses a large body before
    // it is sent where that is what would become of it. Requires: there is a body.
    Step begin(bool is_taken);
    // Takes what there is.
    Step advance();

    std::span<char> room() noexcept;
    void add(std::size_t bytes) noexcept { received_ += bytes; }
    const HttpViolation& refusal() const noexcept { return refusal_; }

private:
    Step advance_small();
    Step advance_large();
    Step advance_chunks();
    Step discard();
    Step end();
    Step refuse(int status, std::string_view reason);
    Step refuse_size(std::size_t size);
    bool make_room(std::size_t size, std::size_t size_max);

    const ByteBudget& budget_;
    HttpInput& input_;
    HttpRequestParser& parser_;
    HttpRequest& request_;
    std::size_t length_ = 0;    // as declared
    std::size_t received_ = 0;  // of it
    bool is_taken_ = false;
    HttpViolation refusal_;
};

}  // namespace clew::transport
