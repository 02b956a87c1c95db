// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a recorded span lies in memory, in its SpanBuffer and then in its thread's ring: one
// RecordHeader, then entries, each an EntryHeader followed by the bytes of its key and its value,
// unaligned. Written by span.cc on the application's threads, read by record_reader.cc on the
// reporter's; never leaves the process, so it has no version and the machine's byte order.
//
// Threads: plain values.

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "clew/model/kind.h"
#include "clew/model/span_id.h"
#include "clew/model/trace_id.h"

namespace clew::tracer::internal {

inline constexpr std::uint8_t kStartIsWall = 1;  // `start` is microseconds since the Unix epoch
inline constexpr std::uint8_t kEndIsWall = 2;    // `end` is
inline constexpr std::uint8_t kNoEnd = 4;        // the span was never finished
inline constexpr std::uint8_t kDebug = 8;
inline constexpr std::uint8_t kShared = 16;

struct RecordHeader {
    model::TraceId trace_id;  // this and the next two are written when the span ends
    model::SpanId span_id;
    model::SpanId parent_id;
    std::uint64_t start;  // ticks, unless a flag says otherwise
    std::uint64_t end;    // the same
    std::uint32_t time_anchor;
    std::uint16_t tag_count;
    std::uint16_t annotation_count;
    model::Kind kind;
    std::uint8_t flags;
};

enum class Entry : std::uint8_t {
    name,        // value: text; of several the last one counts, as for all but tags and annotations
    tag,         // key; value: text
    int64_tag,   // key; value: 8 bytes
    uint64_tag,  // key; value: 8 bytes
    annotation,  // value: ticks, text
    annotation_at,   // value: microseconds since the Unix epoch, text
    remote_service,  // value: text
    remote_address,  // value: port, text
    remote_ipv4,     // value: port, 4 bytes
    remote_ipv6,     // value: port, 16 bytes
    local_address,   // value: port, text
};

inline constexpr std::uint8_t kKeyCut = 1;
inline constexpr std::uint8_t kValueCut = 2;

struct EntryHeader {
    Entry entry;
    std::uint8_t cut;  // kKeyCut, kValueCut
    std::uint16_t key_bytes;
    std::uint32_t value_bytes;
};

static_assert(sizeof(RecordHeader) == 64 && std::is_trivially_copyable_v<RecordHeader>);
static_assert(sizeof(EntryHeader) == 8 && std::is_trivially_copyable_v<EntryHeader>);

// memcpy for texts, which are mostly shorter than the call of one costs.
inline char* copy_text(char* to, std::string_view text) noexcept {
    const char* const from = text.data();
    const std::size_t size = text.size();
    if (size > 32) {
        std::memcpy(to, from, size);
    } else if (size >= 16) {  // two blocks that may overlap
        std::memcpy(to, from, 16);
        std::memcpy(to + size - 16, from + size - 16, 16);
    } else if (size >= 8) {
        std::memcpy(to, from, 8);
        std::memcpy(to + size - 8, from + size - 8, 8);
    } else if (size >= 4) {
        std::memcpy(to, from, 4);
        std::memcpy(to + size - 4, from + size - 4, 4);
    } else {
        for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    }
    return to + size;
}

template <typename T>
char* copy_value(char* to, const T& value) noexcept {
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

}  // namespace clew::tracer::internal
