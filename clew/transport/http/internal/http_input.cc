// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_input.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace clew::transport {

HttpInput::HttpInput(HttpRequest& request, std::size_t bytes_max)
    : request_(request),
      bytes_max_(std::max(bytes_max, kIdleBytes)),
      buffer_(std::make_unique_for_overwrite<char[]>(kIdleBytes)) {}

void HttpInput::release_head() {
    floor_ = 0;
    compact();
    if (end_ == 0 && bytes_ > kIdleBytes) resize(kIdleBytes);
}

char* HttpInput::room() {
    if (end_ == bytes_) compact();
    if (end_ == bytes_) resize(std::min(2 * bytes_, bytes_max_));
    return buffer_.get() + end_;
}

void HttpInput::expect(std::size_t unread_bytes) {
    const std::size_t wanted = std::min(begin_ + unread_bytes, bytes_max_);
    if (wanted > bytes_) resize(wanted);
}

void HttpInput::resize(std::size_t bytes) {
    auto moved = std::make_unique_for_overwrite<char[]>(bytes);
    if (end_ != 0) std::memcpy(moved.get(), buffer_.get(), end_);
    request_.rebase({buffer_.get(), end_}, moved.get());
    buffer_ = std::move(moved);
    bytes_ = bytes;
}

void HttpInput::compact() noexcept {
    const std::size_t size = end_ - begin_;
    if (size != 0) std::memmove(buffer_.get() + floor_, buffer_.get() + begin_, size);
    begin_ = floor_;
    end_ = floor_ + size;
}

}  // namespace clew::transport
