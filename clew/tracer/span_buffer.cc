// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/span_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "clew/tracer/internal/thread_state.h"

namespace clew::tracer {

using internal::thread_state;

bool SpanBuffer::start(std::uint32_t size) noexcept {
    bytes_ = thread_state.spare_blocks.take();
    if (bytes_ == nullptr) [[unlikely]] {
        bytes_ = static_cast<char*>(::operator new(kBlockBytes, std::nothrow));
        if (bytes_ == nullptr) return false;
    }
    size_ = size;
    capacity_ = kBlockBytes;
    return true;
}

void SpanBuffer::end() noexcept {
    if (capacity_ != kBlockBytes || !thread_state.keep_block(bytes_)) [[unlikely]] {
        ::operator delete(bytes_);
    }
    bytes_ = nullptr;
    capacity_ = 0;
    size_ = 0;
}

char* SpanBuffer::append_slow(std::size_t size, std::size_t size_max) noexcept {
    // In this order nothing overflows, however large `size` is.
    if (size_max < size_ || size > size_max - size_) return nullptr;
    const std::size_t needed = size_ + size;
    const std::size_t capacity = std::max(needed, std::min(size_max, std::size_t{2} * capacity_));
    auto* const grown = static_cast<char*>(::operator new(capacity, std::nothrow));
    if (grown == nullptr) return nullptr;
    std::memcpy(grown, bytes_, size_);
    end();  // forgets the size, which is in `needed`
    bytes_ = grown;
    capacity_ = static_cast<std::uint32_t>(capacity);
    size_ = static_cast<std::uint32_t>(needed);
    return bytes_ + needed - size;
}

}  // namespace clew::tracer
