// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/span_buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace clew::tracer {

void SpanBuffer::take(SpanBuffer& other) noexcept {
    size_ = other.size_;
    capacity_ = other.capacity_;
    if (other.bytes_ == other.inline_) {
        bytes_ = inline_;
        std::memcpy(inline_, other.inline_, size_);
    } else {
        bytes_ = other.bytes_;
        other.bytes_ = other.inline_;
    }
}

char* SpanBuffer::append_slow(std::size_t size, std::size_t size_max) noexcept {
    // In this order nothing overflows, however large `size` is.
    if (size_max < size_ || size > size_max - size_) return nullptr;
    const std::size_t needed = size_ + size;
    const std::size_t capacity = std::min(size_max, std::max(needed, std::size_t{2} * capacity_));
    auto* const grown = static_cast<char*>(std::malloc(capacity));
    if (grown == nullptr) return nullptr;
    std::memcpy(grown, bytes_, size_);
    end();
    bytes_ = grown;
    capacity_ = static_cast<std::uint32_t>(capacity);
    char* const place = bytes_ + size_;
    size_ = static_cast<std::uint32_t>(needed);
    return place;
}

void SpanBuffer::release() noexcept {
    std::free(bytes_);
    bytes_ = inline_;
}

}  // namespace clew::tracer
