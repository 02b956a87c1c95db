// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends spans over scribe, as eventlet.zipkin and the first Zipkin clients did: framed Thrift, one
// Log call per message with a base64 entry per span, the next call after the reply. OK is accepted,
// TRY_LATER asks for patience, a Thrift exception is a refusal. Speaks to clew, to Zipkin's scribe
// collector and to any scribe server that passes a category on.
//
// Threads and fork: as transport/sender.h says.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "clew/transport/host_port.h"
#include "clew/transport/scribe/log_call.h"
#include "clew/transport/sender.h"
#include "clew/transport/tcp_stream.h"

namespace clew::transport {

struct ScribeSenderOptions {
    HostPort peer{"127.0.0.1", 9410};
    // What the receiving side filters by; at most 255 bytes.
    std::string category = "zipkin";
    // False: the header of the original scribe clients, which every server reads.
    bool strict = false;
    MessageBounds bounds{1 << 20, 1000};
    // Of each address that the peer's name resolves to; the deadline of send() bounds all.
    std::chrono::milliseconds connect_timeout{3'000};
};

class ScribeSender final : public Sender {
public:
    static constexpr std::size_t kReplyBytesMax = 64U << 10U;

    explicit ScribeSender(ScribeSenderOptions options);

    MessageBounds bounds() const noexcept override { return options_.bounds; }
    std::size_t empty_message_bytes() const noexcept override;
    std::size_t framed_bytes(std::size_t payload_bytes) const noexcept override;
    SendResult send(std::span<const std::string_view> payloads, const Deadline& deadline) override;
    void abandon_in_child() noexcept override { stream_.abandon_in_child(); }

private:
    bool is_within_bounds(std::span<const std::string_view> payloads) const;
    SendResult exchange(const Deadline& deadline);
    // One frame, without its length, in reply_.
    Expected<void> read_frame(const Deadline& deadline);
    Expected<void> read_exactly(std::size_t size, const Deadline& deadline);
    SendResult verdict(const LogReply& reply) const;

    ScribeSenderOptions options_;
    std::string call_;  // kept for its capacity
    std::string reply_;
    std::int32_t sequence_id_ = 0;  // of the newest call
    TcpStream stream_{interruption()};
};

}  // namespace clew::transport
