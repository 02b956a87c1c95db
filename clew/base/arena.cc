// SPDX-License-Identifier: Apache-2.0
#include "clew/base/arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace clew {

namespace {

constexpr std::size_t kFirstBlockBytes = 1024;

}  // namespace

Arena::Arena(Arena&& other) noexcept { *this = std::move(other); }

Arena& Arena::operator=(Arena&& other) noexcept {
    if (this != &other) {
        blocks_ = std::move(other.blocks_);
        adopted_ = std::move(other.adopted_);
        next_ = std::exchange(other.next_, nullptr);
        free_bytes_ = std::exchange(other.free_bytes_, 0);
        block_bytes_ = std::exchange(other.block_bytes_, 0);
        size_bytes_ = std::exchange(other.size_bytes_, 0);
        other.blocks_.clear();
        other.adopted_.clear();
    }
    return *this;
}

char* Arena::allocate(std::size_t size, std::size_t alignment) {
    const auto address = reinterpret_cast<std::uintptr_t>(next_);
    std::size_t padding = (alignment - address % alignment) % alignment;
    if (size + padding > free_bytes_) {
        add_block(std::max({size, kFirstBlockBytes, block_bytes_ * 2}));
        padding = 0;  // new char[] is aligned for any fundamental type
    }
    char* result = next_ + padding;
    next_ += padding + size;
    free_bytes_ -= padding + size;
    return result;
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return {};
    char* place = allocate(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
}

std::string_view Arena::adopt(std::string&& buffer) {
    adopted_.push_back(std::make_unique<std::string>(std::move(buffer)));
    size_bytes_ += adopted_.back()->capacity() + sizeof(std::string);
    return *adopted_.back();
}

void Arena::reserve(std::size_t size) {
    if (size > free_bytes_) add_block(size);
}

void Arena::add_block(std::size_t size) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    next_ = blocks_.back().get();
    free_bytes_ = size;
    block_bytes_ = size;
    size_bytes_ += size;
}

}  // namespace clew
