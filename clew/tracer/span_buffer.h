// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of a span that is being recorded: one block of 1 KiB, enough for two dozen tags, taken
// from a few spare ones that every thread keeps, then blocks of the heap that double. So a span
// itself is small, cheap to move and to keep in a greenlet, one that is not recorded costs nothing
// here, and recording allocates nothing once a thread has had as many spans open as it has now.
//
// Threads: one at a time, with the span it is part of; a block may go back on another thread than
// the one it was taken on.

#include <cstddef>
#include <cstdint>

namespace clew::tracer {

class SpanBuffer {
public:
    static constexpr std::uint32_t kBlockBytes = 1024;
    // What a thread keeps of the blocks that come back; the heap gets the others.
    static constexpr std::uint32_t kSpareBlocksMax = 64;

    SpanBuffer() noexcept = default;
    SpanBuffer(const SpanBuffer&) noexcept = default;  // the bytes stay with the one that ends
    SpanBuffer& operator=(const SpanBuffer&) noexcept = default;

    // Takes a block whose first `size` bytes are in use. False when memory is short.
    bool start(std::uint32_t size) noexcept;
    // Requires: start() succeeded. Gives the block back.
    void end() noexcept;

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

    char* bytes_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;  // kBlockBytes, or a larger block of the heap
};

}  // namespace clew::tracer
