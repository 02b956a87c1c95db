// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_body.h"

#include <algorithm>
#include <cstring>

namespace clew::transport {

namespace {

constexpr std::size_t kSmallBytes = ByteBudget::kSmallMessageBytes;
// Reserved for a larger body at its first byte.
constexpr std::size_t kFirstBytes = 16 * 1024;
// Memory made ready beyond what has arrived: what one read may take.
constexpr std::size_t kReadAheadBytes = 64 * 1024;

}  // namespace

HttpBody::HttpBody(
    const ByteBudget& budget, HttpInput& input, HttpRequestParser& parser, HttpRequest& request
)
    : budget_(budget), input_(input), parser_(parser), request_(request) {}

HttpBody::Step HttpBody::begin(bool is_taken) {
    length_ = static_cast<std::size_t>(parser_.content_length());
    received_ = 0;
    is_taken_ = is_taken;
    if (is_taken_ && length_ > kSmallBytes && !request_.reservation.could_grow(length_)) {
        return refuse_size(length_);
    }
    return Step::input;
}

HttpBody::Step HttpBody::advance() {
    if (parser_.is_chunked()) return advance_chunks();
    if (!is_taken_) return discard();
    return length_ <= kSmallBytes ? advance_small() : advance_large();
}

HttpBody::Step HttpBody::advance_small() {
    if (input_.unread().size() < length_) {
        input_.expect(length_);
        return Step::input;
    }
    request_.body.reserve(length_ + HttpRequest::kBodyPaddingBytes);
    request_.body.assign(input_.unread().substr(0, length_));
    input_.skip(length_);
    return end();
}

HttpBody::Step HttpBody::advance_large() {
    const std::string_view ready = input_.unread().substr(0, length_ - received_);
    const std::size_t received = received_ + ready.size();
    if (!make_room(std::min(received + 1, length_), length_)) return refuse_size(length_);
    request_.body.resize(std::min(request_.reservation.bytes(), received + kReadAheadBytes));
    std::memcpy(request_.body.data() + received_, ready.data(), ready.size());
    received_ = received;
    input_.skip(ready.size());
    if (received_ < length_) return Step::body;
    request_.body.resize(length_);
    return end();
}

HttpBody::Step HttpBody::advance_chunks() {
    // Room for what is there: the parser takes framing away and adds nothing.
    const std::size_t size = request_.body.size() + input_.unread().size();
    if (is_taken_ && size > kSmallBytes && !make_room(size, size)) return refuse_size(size);
    input_.skip(parser_.parse_chunks(input_.unread(), request_.body));
    if (parser_.failed_with() != 0) return refuse(parser_.failed_with(), parser_.reason());
    if (!is_taken_) request_.body.clear();
    return parser_.is_body_complete() ? end() : Step::input;
}

// The request is answered as if it had no body.
HttpBody::Step HttpBody::discard() {
    const std::size_t ready = std::min(input_.unread().size(), length_ - received_);
    received_ += ready;
    input_.skip(ready);
    return received_ < length_ ? Step::input : Step::complete;
}

// A small body is reserved only now: until here it has been its connection's memory.
HttpBody::Step HttpBody::end() {
    const std::size_t size = request_.body.size();
    if (request_.reservation.bytes() == 0 && !request_.reservation.take_small(size)) {
        return refuse(503, kOverloaded);
    }
    request_.body.reserve(size + HttpRequest::kBodyPaddingBytes);
    return Step::complete;
}

std::span<char> HttpBody::room() noexcept {
    return std::span<char>(request_.body).subspan(received_);
}

HttpBody::Step HttpBody::refuse(int status, std::string_view reason) {
    refusal_ = {status, reason};
    return Step::refused;
}

// For a body of that size there is no room now, or never.
HttpBody::Step HttpBody::refuse_size(std::size_t size) {
    if (size > budget_.message_bytes_max()) return refuse(413, kNeverFits);
    return refuse(503, kOverloaded);
}

// Grows the body's memory, and what it holds of the bytes in flight, to `size` at least.
bool HttpBody::make_room(std::size_t size, std::size_t size_max) {
    ByteReservation& reservation = request_.reservation;
    const std::size_t held = reservation.bytes();
    if (size <= held) return true;
    const std::size_t doubled = std::max(2 * held, kFirstBytes);
    const std::size_t wanted = parser_.is_chunked() ? doubled : std::min(doubled, size_max);
    // Where the doubling does not fit, what is there still may.
    if (!reservation.grow(std::max(size, wanted) - held) && !reservation.grow(size - held)) {
        return false;
    }
    request_.body.reserve(reservation.bytes() + HttpRequest::kBodyPaddingBytes);
    return true;
}

}  // namespace clew::transport
