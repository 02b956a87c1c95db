// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/span_block.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "clew/tracer/internal/recorder.h"
#include "clew/tracer/internal/thread_state.h"

namespace clew::tracer::internal {

namespace {

constexpr std::uint32_t kCapacity = SpanBlock::kBytes - sizeof(SpanBlock);

// Changes with the heap alone, so a thread that reuses its spare blocks never touches it.
constinit std::atomic<std::size_t> blocks_held{0};

void* allocate(std::size_t bytes) noexcept {
    void* const memory = ::operator new(bytes, std::nothrow);
    if (memory != nullptr) blocks_held.fetch_add(1, std::memory_order_relaxed);
    return memory;
}

}  // namespace

void SpanBlock::free(void* memory) noexcept {
    ::operator delete(memory);
    blocks_held.fetch_sub(1, std::memory_order_relaxed);
}

std::size_t SpanBlock::held() noexcept { return blocks_held.load(std::memory_order_relaxed); }

SpanBlock* SpanBlock::take(std::size_t blocks_max) noexcept {
    const Entered entered(thread_state);
    void* memory = thread_state.spare_blocks.take();
    if (memory == nullptr) [[unlikely]] {
        // Threads that meet here may pass the limit by a block each.
        if (held() >= blocks_max) return nullptr;
        memory = allocate(kBytes);
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
    // A handler may have interrupted this thread here: the list is not its to change.
    const bool is_handler = Entered::is(thread_state);
    if (block->capacity != kCapacity || is_handler || !keep(block)) [[unlikely]] {
        free(block);
    }
}

bool SpanBlock::keep(SpanBlock* block) noexcept {
    const Entered entered(thread_state);
    return thread_state.keep_block(block);
}

char* SpanBlock::append_to_larger(SpanBlock*& block, std::size_t bytes) noexcept {
    const std::size_t size_max = block->recorder->limits().span_bytes_max;
    // In this order nothing overflows, however large `bytes` is.
    if (bytes > size_max || block->size > size_max - bytes) return nullptr;
    const std::size_t size = block->size + bytes;
    const std::size_t capacity =
        std::max(size, std::min(size_max, std::size_t{2} * block->capacity));
    void* const memory = allocate(sizeof(SpanBlock) + capacity);
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
