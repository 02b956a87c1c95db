// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends spans as a Zipkin reporter does: POST of a JSON list to /api/v2/spans over HTTP/1.1, one
// kept connection, no third-party library. 2xx is accepted; 408, 429, 502, 503 and 504 ask for
// patience (Retry-After is obeyed); every other status is a refusal, redirects included. Of a reply
// at most kReplyBytesMax bytes are read.
//
// Threads and fork: as transport/sender.h says.

#include <chrono>
#include <cstddef>
#include <string>

#include "clew/transport/host_port.h"
#include "clew/transport/http/reply_head.h"
#include "clew/transport/sender.h"
#include "clew/transport/tcp_stream.h"

namespace clew::transport {

struct HttpSenderOptions {
    HostPort peer{"127.0.0.1", 9411};
    // Requires: begins with "/" and holds no blank or control character.
    std::string path = "/api/v2/spans";
    // Zipkin refuses bodies above 10 MiB.
    MessageBounds bounds{1 << 20, 1000};
    // Of each address that the peer's name resolves to; the deadline of send() bounds all.
    std::chrono::milliseconds connect_timeout{3'000};
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
    void abandon_in_child() noexcept override { stream_.abandon_in_child(); }

private:
    void write_request(std::span<const std::string_view> payloads);
    SendResult exchange(const Deadline& deadline);
    // The final head, interim ones skipped; reply_ begins with it.
    Expected<ReplyHead> read_head(const Deadline& deadline);
    Expected<void> read_more(const Deadline& deadline);
    // Leaves the connection ready for the next request, or closes it.
    void finish_reply(const ReplyHead& head, const Deadline& deadline);
    SendResult verdict(const ReplyHead& head) const;

    HttpSenderOptions options_;
    std::string head_;     // request line and headers that never change
    std::string request_;  // kept for its capacity
    std::string reply_;    // what has been read of the reply
    std::size_t reply_bytes_read_ = 0;
    TcpStream stream_{interruption()};
};

}  // namespace clew::transport
