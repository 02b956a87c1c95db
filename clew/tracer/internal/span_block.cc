// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/span_block.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "clew/tracer/internal/recorder.h"
#include "clew/tracer/internal/thread_state.h"

namespace clew::tracer::internal {

namespace {

constexpr std::uint32_t kCapacity = SpanBlock::kBytes - sizeof(SpanBlock);

}  // namespace

SpanBlock* SpanBlock::take() noexcept {
    void* memory = thread_state.spare_blocks.take();
    if (memory == nullptr) [[unlikely]] {
        memory = ::operator new(kBytes, std::nothrow);
        if (memory == nullptr) return nullptr;
    }
    auto* const block = new (memory) SpanBlock;
    block->size = 0;
    block->capacity = kCapacity;
    block->tag_count = 0;
    block->annotation_count = 0;
    block->flags = 0;
    return block;
}

void SpanBlock::give_back(SpanBlock* block) noexcept {
    if (block->capacity != kCapacity || !thread_state.keep_block(block)) [[unlikely]] {
        ::operator delete(block);
    }
}

char* SpanBlock::append_to_larger(SpanBlock*& block, std::size_t bytes) noexcept {
    const std::size_t size_max = block->recorder->limits().span_bytes_max;
    // In this order nothing overflows, however large `bytes` is.
    if (bytes > size_max || block->size > size_max - bytes) return nullptr;
    const std::size_t size = block->size + bytes;
    const std::size_t capacity =
        std::max(size, std::min(size_max, std::size_t{2} * block->capacity));
    void* const memory = ::operator new(sizeof(SpanBlock) + capacity, std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* const larger = new (memory) SpanBlock(*block);
    std::memcpy(larger->entries(), block->entries(), block->size);
    larger->size = static_cast<std::uint32_t>(size);
    larger->capacity = static_cast<std::uint32_t>(capacity);
    give_back(block);
    block = larger;
    return block->entries() + size - bytes;
}

}  // namespace clew::tracer::internal
