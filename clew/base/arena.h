// SPDX-License-Identifier: Apache-2.0
#pragma once

// Memory of one span batch: everything a batch points to lies in one arena and goes away with it,
// so there is no allocation per span. Hands out bytes from blocks that double in size (the number
// of allocations grows with the logarithm of the bytes), and adopts buffers that a decoder has
// received, so that most strings are never copied.
//
// Threads: one at a time. Moving keeps every pointer valid.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace clew {

class Arena {
public:
    Arena() = default;
    Arena(Arena&& other) noexcept;
    Arena& operator=(Arena&& other) noexcept;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    ~Arena() = default;

    // Uninitialised bytes. Requires: alignment is a power of two, at most 16.
    // Valid until: the arena (or the one it is moved to) ends.
    char* allocate(std::size_t size, std::size_t alignment = 1);

    template <typename T>
    T* allocate_array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructors");
        static_assert(alignof(T) <= 16);
        return reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    }

    // The same text, owned by the arena. An empty text costs nothing.
    std::string_view copy(std::string_view text);

    // Takes a received buffer over; its characters stay where they are when they are on the heap.
    // Valid until: as allocate(). Returns the adopted text.
    std::string_view adopt(std::string&& buffer);

    // Makes room for `size` bytes in one block, so that a batch of known size allocates once.
    void reserve(std::size_t size);

    // Bytes held from the system, used or not: what a memory bound has to count.
    std::size_t size_bytes() const noexcept { return size_bytes_; }

private:
    void add_block(std::size_t size);

    std::vector<std::unique_ptr<char[]>> blocks_;
    std::vector<std::unique_ptr<std::string>> adopted_;
    char* next_ = nullptr;         // first free byte of the newest block
    std::size_t free_bytes_ = 0;   // from next_ to the block's end
    std::size_t block_bytes_ = 0;  // size of the newest block that was made by growing
    std::size_t size_bytes_ = 0;
};

}  // namespace clew
