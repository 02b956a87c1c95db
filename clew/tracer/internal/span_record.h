// SPDX-License-Identifier: Apache-2.0
#pragma once

// How an ended span lies in its thread's ring: one RecordHeader, then the entries as they were
// collected in its SpanBlock, each an EntryHeader followed by the bytes of its key and its value,
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
    model::TraceId trace_id;
    model::SpanId span_id;
    model::SpanId parent_id;
    std::uint64_t start;  // ticks, unless a flag says otherwise
    std::uint64_t end;    // the same
    std::uint32_t time_anchor;
    model::Kind kind;
    std::uint8_t flags;
};

enum class Entry : std::uint8_t {
    name,        // value: text; of several the last one counts, as for all but tags and annotations
    tag,         // key; value: text
    int64_tag,   // key; value: 8 bytes
    uint64_tag,  // key; value: 8 bytes
    float64_tag,     // key; value: 8 bytes
    annotation,      // value: ticks, text
    annotation_at,   // value: microseconds since the Unix epoch, text
    remote_service,  // value: text
    remote_address,  // value: port, text
    remote_ipv4,     // value: port, 4 bytes
    remote_ipv6,     // value: port, 16 bytes
    local_address,   // value: port, text
};

inline constexpr std::uint8_t kKeyCut = 1;
inline constexpr std::uint8_t kValueCut = 2;

// One word, put together in a register: as a struct of small fields it would be read back before
// its stores are done.
struct EntryHeader {
    std::uint64_t bits;

    static EntryHeader of(
        Entry entry, std::uint8_t cut, std::size_t key_bytes, std::size_t value_bytes
    ) noexcept {
        return {
            static_cast<std::uint64_t>(entry) | std::uint64_t{cut} << 8 |
            std::uint64_t{key_bytes} << 16 | std::uint64_t{value_bytes} << 32};
    }
    Entry entry() const noexcept { return static_cast<Entry>(bits & 0xff); }
    bool key_cut() const noexcept { return (bits >> 8 & kKeyCut) != 0; }
    bool value_cut() const noexcept { return (bits >> 8 & kValueCut) != 0; }
    bool is_cut() const noexcept { return (bits >> 8 & 0xff) != 0; }
    std::size_t key_bytes() const noexcept { return bits >> 16 & 0xffff; }
    std::size_t value_bytes() const noexcept { return bits >> 32; }
};

static_assert(sizeof(RecordHeader) == 56 && std::is_trivially_copyable_v<RecordHeader>);
static_assert(sizeof(EntryHeader) == 8 && std::is_trivially_copyable_v<EntryHeader>);

// memcpy for texts, which are mostly shorter than the call of one costs.
[[gnu::always_inline]] inline char* copy_text(char* to, std::string_view text) noexcept {
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
    } else if (size != 0) {  // one to three bytes: first, middle, last
        to[0] = from[0];
        to[size / 2] = from[size / 2];
        to[size - 1] = from[size - 1];
    }
    return to + size;
}

template <typename T>
char* copy_value(char* to, const T& value) noexcept {
    std::memcpy(to, &value, sizeof value);
    return to + sizeof value;
}

}  // namespace clew::tracer::internal
