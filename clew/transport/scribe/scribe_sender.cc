// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/scribe/scribe_sender.h"

#include <limits>
#include <utility>

#include "clew/wire/thrift_reader.h"

namespace clew::transport {
namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

ScribeSender::ScribeSender(ScribeSenderOptions options) : options_(std::move(options)) {}

std::size_t ScribeSender::empty_message_bytes() const noexcept {
    return empty_log_call_bytes(options_.strict);
}

std::size_t ScribeSender::framed_bytes(std::size_t payload_bytes) const noexcept {
    return log_entry_bytes(options_.category.size(), payload_bytes);
}

bool ScribeSender::is_within_bounds(std::span<const std::string_view> payloads) const {
    if (payloads.size() > options_.bounds.payloads_max) return false;
    std::size_t size = empty_message_bytes();
    for (const std::string_view payload : payloads) size += framed_bytes(payload.size());
    return size <= options_.bounds.bytes_max && size <= std::numeric_limits<std::int32_t>::max();
}

SendResult ScribeSender::send(
    std::span<const std::string_view> payloads, const Deadline& deadline
) {
    if (!is_within_bounds(payloads)) {
        return {Outcome::refused, {}, "the message passes the sender's own bounds"};
    }
    sequence_id_ = sequence_id_ == std::numeric_limits<std::int32_t>::max() ? 1 : sequence_id_ + 1;
    call_.clear();
    append_log_call({options_.category, payloads, sequence_id_, options_.strict}, call_);
    if (!stream_.is_quiet()) {
        const Expected<void> done =
            stream_.connect(options_.peer, deadline, options_.connect_timeout);
        if (!done) return {Outcome::not_sent, {}, done.error().message};
    }
    SendResult result = exchange(deadline);
    const bool is_settled =
        result.outcome != Outcome::not_sent && result.outcome != Outcome::unanswered;
    if (!is_settled) {
        stream_.close();
        return result;
    }
    result.message_bytes = call_.size();
    result.written_bytes = call_.size();
    return result;
}

SendResult ScribeSender::exchange(const Deadline& deadline) {
    const Expected<bool> written = stream_.write(call_, deadline);
    if (!written) return {Outcome::not_sent, {}, written.error().message};
    if (!*written) {
        return {Outcome::not_sent, {}, "the peer answered before it had the whole message"};
    }
    if (Expected<void> done = read_frame(deadline); !done) {
        return {Outcome::unanswered, {}, "waiting for the reply: " + done.error().message};
    }
    const Expected<LogReply> reply = parse_log_reply(reply_, sequence_id_);
    if (!reply) return {Outcome::unanswered, {}, "reading the reply: " + reply.error().message};
    return verdict(*reply);
}

Expected<void> ScribeSender::read_frame(const Deadline& deadline) {
    if (Expected<void> done = read_exactly(kLengthBytes, deadline); !done) return done;
    if (reply_ == "HTTP") {
        return Error{Code::unsupported, "the peer speaks HTTP: its address begins with http://"};
    }
    const auto size = static_cast<std::uint32_t>(wire::ThriftReader(reply_).read_int32());
    if (size > kReplyBytesMax) {
        return Error{Code::limit_exceeded, "the reply is longer than reply_bytes_max"};
    }
    return read_exactly(size, deadline);
}

// Never reads beyond `size`: what comes after a reply shows as "not quiet" before the next call.
Expected<void> ScribeSender::read_exactly(std::size_t size, const Deadline& deadline) {
    reply_.resize(size);
    std::size_t filled = 0;
    while (filled < size) {
        const std::span<char> room = std::span(reply_).subspan(filled);
        const Expected<std::size_t> count = stream_.read(room, deadline);
        if (!count) return count.error();
        if (*count == 0) return Error{Code::truncated, "the peer hung up"};
        filled += *count;
    }
    return {};
}

SendResult ScribeSender::verdict(const LogReply& reply) const {
    switch (reply.answer) {
        case LogAnswer::ok: return {Outcome::accepted, {}, {}};
        case LogAnswer::try_later:
            return {Outcome::try_later, {}, options_.peer.to_text() + " answered TRY_LATER"};
        case LogAnswer::exception: break;
    }
    const std::string words = reply.message.empty() ? "" : ": " + excerpt(reply.message);
    return {Outcome::refused, {}, options_.peer.to_text() + " answered an exception" + words};
}

}  // namespace clew::transport
