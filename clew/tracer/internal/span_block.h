// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a span has been told so far: 1 KiB, enough for two dozen tags, taken from a few spare blocks
// that every thread keeps, or a block of the heap that doubles. So a span itself is a pointer and a
// context, cheap to move and to keep in a greenlet; one that is not recorded has no block; and
// recording allocates nothing once a thread has had as many spans open as it has now.
//
// Threads: one at a time, with its span; a block may go back on another thread than it came from.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "clew/model/kind.h"

namespace clew::tracer::internal {

class Recorder;

struct SpanBlock {
    static constexpr std::size_t kBytes = 1024;
    // What a thread keeps of the blocks that come back; the heap gets the others.
    static constexpr std::uint32_t kSparesMax = 64;

    Recorder* recorder;
    std::uint64_t start;       // ticks, unless a flag says otherwise
    std::uint32_t generation;  // of the process that began the span; differs after fork()
    std::uint32_t size;        // of the entries, as span_record.h lays them out
    std::uint32_t capacity;    // for entries
    std::uint16_t tag_count;
    std::uint16_t annotation_count;
    model::Kind kind;
    std::uint8_t flags;  // of span_record.h

    char* entries() noexcept { return reinterpret_cast<char*>(this + 1); }
    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(this + 1), size};
    }

    // A block without entries; what a span begins with is for the caller to set. Null when memory
    // is short, or when a block more than `blocks_max` of the process would be needed.
    static SpanBlock* take(std::size_t blocks_max) noexcept;
    static void give_back(SpanBlock* block) noexcept;
    // Those that the process holds: in open spans, and spare.
    static std::size_t held() noexcept;

    // Room for `bytes` more, or null when that would pass the recorder's span_bytes_max or memory
    // is short. `block` may be another one afterwards.
    static char* append(SpanBlock*& block, std::size_t bytes) noexcept {
        if (bytes <= block->capacity - block->size) [[likely]] {
            char* const place = block->entries() + block->size;
            block->size += static_cast<std::uint32_t>(bytes);
            return place;
        }
        return append_to_larger(block, bytes);
    }

    // Back to the heap.
    static void free(void* memory) noexcept;

private:
    static bool keep(SpanBlock* block) noexcept;
    static char* append_to_larger(SpanBlock*& block, std::size_t bytes) noexcept;
};

static_assert(sizeof(SpanBlock) == 40);

}  // namespace clew::tracer::internal
