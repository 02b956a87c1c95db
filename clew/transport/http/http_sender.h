// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends spans as a Zipkin reporter does: POST of a JSON list to /api/v2/spans over HTTP/1.1, one
// kept connection, gzip for what is large enough. 2xx is accepted; 408, 429, 502, 503 and 504 ask
// for patience (Retry-After is obeyed); every other status is a refusal, redirects included, except
// that a gzip body which is refused by 415, or by 400 before any was accepted, is sent once more as
// it is: when that is accepted, gzip is over. Of a reply at most kReplyBytesMax bytes are read.
//
// Threads and fork: as transport/sender.h says.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "clew/transport/host_port.h"
#include "clew/transport/http/reply_head.h"
#include "clew/transport/sender.h"
#include "clew/transport/stream.h"
#include "clew/wire/gzip_writer.h"

namespace clew::transport {

struct HttpSenderOptions {
    HostPort peer{"127.0.0.1", 9411};
    // Requires: begins with "/" and holds no blank or control character.
    std::string path = "/api/v2/spans";
    // Of a message before gzip. Zipkin refuses bodies above 10 MiB.
    MessageBounds bounds{1 << 20, 1000};
    // False: bodies go as they are. In a build without gzip they do anyway.
    bool gzip = true;
    // A smaller body is not worth the work.
    std::size_t gzip_bytes_min = 1024;
    // Of each address that the peer's name resolves to; the deadline of send() bounds all.
    std::chrono::milliseconds connect_timeout{3'000};
    // How connections are made; nothing: plain TCP. For https see tls/tls_stream.h.
    MakeStream make_stream;
    // A longer Retry-After is taken for this one.
    std::chrono::seconds retry_after_max{300};
};

class HttpSender final : public Sender {
public:
    static constexpr std::size_t kReplyBytesMax = 64U << 10U;

    explicit HttpSender(HttpSenderOptions options);

    MessageBounds bounds() const noexcept override { return options_.bounds; }
    std::size_t empty_message_bytes() const noexcept override;
    std::size_t framed_bytes(std::size_t payload_bytes) const noexcept override;
    // Requires: each payload is one JSON value.
    SendResult send(std::span<const std::string_view> payloads, const Deadline& deadline) override;
    void abandon_in_child() noexcept override { stream_->abandon_in_child(); }

private:
    void write_request(std::span<const std::string_view> payloads);
    void append_head(std::string_view more_headers, std::size_t body_bytes, std::string& out) const;
    // False: the request goes as it is.
    bool compress_request();
    SendResult send_compressed(const Deadline& deadline);
    SendResult send_request(std::string_view request, const Deadline& deadline);
    SendResult exchange(std::string_view request, const Deadline& deadline);
    // The final head, interim ones skipped; reply_ begins with it.
    Expected<ReplyHead> read_head(const Deadline& deadline);
    Expected<void> read_more(const Deadline& deadline);
    // Leaves the connection ready for the next request, or closes it.
    void finish_reply(const ReplyHead& head, const Deadline& deadline);
    SendResult verdict(const ReplyHead& head) const;

    HttpSenderOptions options_;
    std::string head_;        // request line and headers that never change
    std::string request_;     // these three are kept for their capacity
    std::string compressed_;  // its body
    std::string compressed_request_;
    std::size_t body_at_ = 0;  // in request_
    std::string reply_;        // what has been read of the reply
    std::size_t reply_bytes_read_ = 0;
    std::uint16_t status_ = 0;  // of the newest reply, 0: there was none
    bool gzip_is_over_ = false;
    bool gzip_is_understood_ = false;  // the peer has accepted some
    wire::GzipWriter gzip_;
    std::unique_ptr<Stream> stream_;
};

}  // namespace clew::transport
