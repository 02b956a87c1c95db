// SPDX-License-Identifier: Apache-2.0
#pragma once

// What things on the heap really take: the allocator adds a header and rounds up. Numbers are those
// of glibc; other allocators stay within the tolerance of the memory bound's test.
//
// Threads: pure functions.

#include <cstddef>
#include <string>
#include <vector>

namespace clew::storage {

// One allocation of `size` bytes; nothing for no allocation.
constexpr std::size_t heap_bytes(std::size_t size) noexcept {
    if (size == 0) return 0;
    const std::size_t taken = (size + 8 + 15) / 16 * 16;
    return taken < 32 ? 32 : taken;
}

template <typename T>
std::size_t heap_bytes(const std::vector<T>& items) noexcept {
    return heap_bytes(items.capacity() * sizeof(T));
}

// Beyond the string object itself.
inline std::size_t heap_bytes(const std::string& text) noexcept {
    constexpr std::size_t kInPlace = 15;
    return text.capacity() <= kInPlace ? 0 : heap_bytes(text.capacity() + 1);
}

// A node of a std::set or std::map: color, three pointers, the value.
template <typename Value>
constexpr std::size_t tree_node_bytes() noexcept {
    return heap_bytes(4 * sizeof(void*) + sizeof(Value));
}

}  // namespace clew::storage
