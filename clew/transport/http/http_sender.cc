// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/http_sender.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "clew/transport/tcp_stream.h"

namespace clew::transport {
namespace {

constexpr std::size_t kReadBytes = 4096;
constexpr std::string_view kContentLength = "Content-Length: ";
constexpr std::string_view kGzipHeader = "Content-Encoding: gzip\r\n";
constexpr std::size_t kLengthDigitsMax = 20;

bool asks_for_patience(std::uint16_t status) {
    return status == 408 || status == 429 || (status >= 502 && status <= 504);
}

}  // namespace

HttpSender::HttpSender(HttpSenderOptions options) : options_(std::move(options)) {
    if (options_.make_stream) {
        stream_ = options_.make_stream(interruption());
    } else {
        stream_ = std::make_unique<TcpStream>(interruption());
    }
    head_ = "POST " + options_.path + " HTTP/1.1\r\nHost: " + options_.peer.to_text() +
            "\r\nUser-Agent: clew\r\nContent-Type: application/json\r\n";
}

std::size_t HttpSender::empty_message_bytes() const noexcept {
    constexpr std::size_t kHeadEndAndBrackets = 6;
    return head_.size() + kContentLength.size() + kLengthDigitsMax + kHeadEndAndBrackets;
}

std::size_t HttpSender::framed_bytes(std::size_t payload_bytes) const noexcept {
    return payload_bytes + 1;  // the comma
}

SendResult HttpSender::send(std::span<const std::string_view> payloads, const Deadline& deadline) {
    write_request(payloads);
    if (payloads.size() > options_.bounds.payloads_max ||
        request_.size() > options_.bounds.bytes_max) {
        return {Outcome::refused, {}, "the message passes the sender's own bounds"};
    }
    if (compress_request()) return send_compressed(deadline);
    return send_request(request_, deadline);
}

SendResult HttpSender::send_compressed(const Deadline& deadline) {
    SendResult result = send_request(compressed_request_, deadline);
    gzip_is_understood_ = gzip_is_understood_ || result.outcome == Outcome::accepted;
    const bool blames_gzip = status_ == 415 || (status_ == 400 && !gzip_is_understood_);
    if (result.outcome != Outcome::refused || !blames_gzip) {
        result.message_bytes = result.written_bytes == 0 ? 0 : request_.size();
        return result;
    }
    SendResult plain = send_request(request_, deadline);
    gzip_is_over_ = plain.outcome == Outcome::accepted;
    plain.compression_was_refused = gzip_is_over_;
    return plain;
}

SendResult HttpSender::send_request(std::string_view request, const Deadline& deadline) {
    status_ = 0;
    if (!stream_->is_quiet()) {
        const Expected<void> done =
            stream_->connect(options_.peer, deadline, options_.connect_timeout);
        if (!done) return {Outcome::not_sent, {}, done.error().message};
    }
    SendResult result = exchange(request, deadline);
    if (result.outcome == Outcome::not_sent || result.outcome == Outcome::unanswered) {
        stream_->close();
    } else {
        result.message_bytes = request.size();
        result.written_bytes = request.size();
    }
    return result;
}

void HttpSender::write_request(std::span<const std::string_view> payloads) {
    std::size_t body_bytes = 2 + payloads.size() - 1;
    for (const std::string_view payload : payloads) body_bytes += payload.size();
    request_.clear();
    request_.reserve(empty_message_bytes() + body_bytes);
    append_head({}, body_bytes, request_);
    body_at_ = request_.size();
    char separator = '[';
    for (const std::string_view payload : payloads) {
        request_.push_back(separator);
        request_.append(payload);
        separator = ',';
    }
    request_.push_back(']');
}

void HttpSender::append_head(
    std::string_view more_headers, std::size_t body_bytes, std::string& out
) const {
    out.append(head_).append(more_headers).append(kContentLength);
    out.append(std::to_string(body_bytes)).append("\r\n\r\n");
}

bool HttpSender::compress_request() {
    const std::string_view body = std::string_view(request_).substr(body_at_);
    if (!options_.gzip || gzip_is_over_ || body.size() < options_.gzip_bytes_min) return false;
    if (!gzip_.write(body, compressed_)) return false;
    compressed_request_.clear();
    append_head(kGzipHeader, compressed_.size(), compressed_request_);
    compressed_request_.append(compressed_);
    return true;
}

SendResult HttpSender::exchange(std::string_view request, const Deadline& deadline) {
    const Expected<bool> written = stream_->write(request, deadline);
    if (!written) return {Outcome::not_sent, {}, written.error().message};
    const Expected<ReplyHead> head = read_head(deadline);
    if (!head) {
        const Outcome outcome = *written ? Outcome::unanswered : Outcome::not_sent;
        return {outcome, {}, "waiting for the reply: " + head.error().message};
    }
    status_ = head->status;
    SendResult result = verdict(*head);
    if (!*written) {
        // An answer to half a question: a refusal counts, an acceptance cannot be meant.
        stream_->close();
        if (result.outcome != Outcome::accepted) return result;
        return {Outcome::not_sent, {}, "the peer answered before it had the whole message"};
    }
    finish_reply(*head, deadline);
    if (result.outcome != Outcome::accepted && !reply_.empty()) {
        result.reason += ": " + excerpt(reply_);
    }
    return result;
}

Expected<ReplyHead> HttpSender::read_head(const Deadline& deadline) {
    reply_.clear();
    reply_bytes_read_ = 0;
    for (;;) {
        const Expected<std::optional<ReplyHead>> head =
            parse_reply_head(reply_, std::time(nullptr));
        if (!head) return head.error();
        if (head->has_value() && !(*head)->is_interim()) {
            reply_.erase(0, (*head)->size_bytes);
            return **head;
        }
        if (head->has_value()) {
            reply_.erase(0, (*head)->size_bytes);
            continue;
        }
        if (Expected<void> more = read_more(deadline); !more) return std::move(more).error();
    }
}

Expected<void> HttpSender::read_more(const Deadline& deadline) {
    if (reply_bytes_read_ >= kReplyBytesMax) {
        return Error{Code::limit_exceeded, "the reply is longer than reply_bytes_max"};
    }
    std::array<char, kReadBytes> bytes;
    const std::size_t size = std::min(bytes.size(), kReplyBytesMax - reply_bytes_read_);
    const Expected<std::size_t> count = stream_->read(std::span(bytes.data(), size), deadline);
    if (!count) return count.error();
    if (*count == 0) return Error{Code::truncated, "the peer hung up"};
    reply_.append(bytes.data(), *count);
    reply_bytes_read_ += *count;
    return {};
}

void HttpSender::finish_reply(const ReplyHead& head, const Deadline& deadline) {
    const bool has_body = head.status != 204 && head.status != 304;
    const std::uint64_t body_bytes = has_body ? head.content_length.value_or(0) : 0;
    bool reusable = head.keeps_connection && head.has_known_end();
    while (reusable && reply_.size() < body_bytes) {
        reusable = body_bytes <= kReplyBytesMax && read_more(deadline).has_value();
    }
    if (!reusable || reply_.size() > body_bytes) stream_->close();
}

SendResult HttpSender::verdict(const ReplyHead& head) const {
    if (head.status >= 200 && head.status <= 299) return {Outcome::accepted, {}, {}};
    const std::string reason = options_.peer.to_text() + " answered " + std::to_string(head.status);
    if (!asks_for_patience(head.status)) return {Outcome::refused, {}, reason};
    const auto wait =
        std::min(head.retry_after.value_or(std::chrono::seconds(0)), options_.retry_after_max);
    return {Outcome::try_later, wait, reason};
}

}  // namespace clew::transport
