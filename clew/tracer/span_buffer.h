// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of a span that is being recorded: 512 of them inside the span itself, which is enough
// for a dozen tags, then one block on the heap that doubles. Left uninitialised until the span is
// known to be recorded, so that a span which is not costs nothing here.
//
// Threads: one at a time, with the span it is part of.

#include <cstddef>
#include <cstdint>

namespace clew::tracer {

class SpanBuffer {
public:
    static constexpr std::uint32_t kInlineBytes = 512;

    // Leaves everything uninitialised; start() comes before any other call.
    SpanBuffer() noexcept {}  // not "= default": value-initialisation would clear the bytes
    SpanBuffer(const SpanBuffer&) = delete;
    SpanBuffer& operator=(const SpanBuffer&) = delete;

    void start(std::uint32_t size) noexcept {
        bytes_ = inline_;
        size_ = size;
        capacity_ = kInlineBytes;
    }
    // Requires: start() was called. Gives the heap block back, if there is one.
    void end() noexcept {
        if (bytes_ != inline_) release();
    }
    // Takes over what `other` holds; `other` is as after end().
    void take(SpanBuffer& other) noexcept;

    // Room for `size` more bytes, or null when that would pass `size_max` or memory is short.
    char* append(std::size_t size, std::size_t size_max) noexcept {
        if (size <= capacity_ - size_ && size_ + size <= size_max) {
            char* const place = bytes_ + size_;
            size_ += static_cast<std::uint32_t>(size);
            return place;
        }
        return append_slow(size, size_max);
    }

    char* bytes() noexcept { return bytes_; }
    std::uint32_t size() const noexcept { return size_; }

private:
    char* append_slow(std::size_t size, std::size_t size_max) noexcept;
    void release() noexcept;

    char* bytes_;  // inline_ or a heap block
    std::uint32_t size_;
    std::uint32_t capacity_;
    alignas(8) char inline_[kInlineBytes];
};

}  // namespace clew::tracer
