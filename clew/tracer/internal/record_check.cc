// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/record_check.h"

#include <cmath>
#include <cstring>
#include <optional>

#include "clew/tracer/internal/span_record.h"

namespace clew::tracer::internal {

namespace {

// Ten years between a tick and the point that places it.
constexpr double kDistanceNsMax = 3.2e17;
// Microseconds that may be subtracted from each other; the year is far off.
constexpr std::int64_t kWallUsMax = std::int64_t{1} << 61;
constexpr std::int64_t kWallNsMax = std::int64_t{1} << 62;
// A counter from one megahertz to a terahertz.
constexpr double kNsPerTickMin = 1e-3;
constexpr double kNsPerTickMax = 1e3;

bool is_sound_time(std::uint64_t time, bool is_wall, const ClockPoint& clock) noexcept {
    const auto us = static_cast<std::int64_t>(time);
    if (is_wall) return us >= -kWallUsMax && us <= kWallUsMax;
    const auto ticks = static_cast<double>(static_cast<std::int64_t>(time - clock.tick));
    return std::abs(ticks * clock.ns_per_tick) <= kDistanceNsMax;
}

// Bytes in front of a value's text, or of the whole value where it has none.
struct ValueShape {
    std::size_t bytes;
    bool has_text;
};

std::optional<ValueShape> shape_of(Entry entry) noexcept {
    switch (entry) {
        case Entry::name:
        case Entry::tag:
        case Entry::remote_service: return ValueShape{0, true};
        case Entry::int64_tag:
        case Entry::uint64_tag:
        case Entry::float64_tag: return ValueShape{8, false};
        case Entry::annotation:
        case Entry::annotation_at: return ValueShape{8, true};
        case Entry::remote_address:
        case Entry::local_address: return ValueShape{2, true};
        case Entry::remote_ipv4: return ValueShape{2 + 4, false};
        case Entry::remote_ipv6: return ValueShape{2 + 16, false};
    }
    return std::nullopt;
}

bool is_sound_value(Entry entry, std::string_view value, const ClockPoint& clock) noexcept {
    const std::optional<ValueShape> shape = shape_of(entry);
    if (!shape || value.size() < shape->bytes) return false;
    if (!shape->has_text && value.size() != shape->bytes) return false;
    if (entry != Entry::annotation && entry != Entry::annotation_at) return true;
    std::uint64_t time = 0;
    std::memcpy(&time, value.data(), sizeof time);
    return is_sound_time(time, entry == Entry::annotation_at, clock);
}

bool is_sound_header(const RecordHeader& header, const ClockPoint& clock) noexcept {
    if (header.kind > model::Kind::consumer) return false;
    if (header.trace_id.is_zero() || header.span_id.is_zero()) return false;
    if (!is_sound_time(header.start, (header.flags & kStartIsWall) != 0, clock)) return false;
    return (header.flags & kNoEnd) != 0 ||
           is_sound_time(header.end, (header.flags & kEndIsWall) != 0, clock);
}

}  // namespace

bool is_sound_clock(const ClockPoint& clock) noexcept {
    const bool has_sound_rate = clock.ns_per_tick == 0 || (clock.ns_per_tick >= kNsPerTickMin &&
                                                           clock.ns_per_tick <= kNsPerTickMax);
    return has_sound_rate && clock.wall_ns >= 0 && clock.wall_ns <= kWallNsMax;
}

bool is_sound_record(std::string_view record, const ClockPoint& clock) noexcept {
    RecordHeader header;
    if (record.size() < sizeof header) return false;
    std::memcpy(&header, record.data(), sizeof header);
    record.remove_prefix(sizeof header);
    if (!is_sound_header(header, clock)) return false;
    while (!record.empty()) {
        EntryHeader entry;
        if (record.size() < sizeof entry) return false;
        std::memcpy(&entry, record.data(), sizeof entry);
        record.remove_prefix(sizeof entry);
        if (record.size() < entry.key_bytes() + entry.value_bytes()) return false;
        const std::string_view value = record.substr(entry.key_bytes(), entry.value_bytes());
        if (!is_sound_value(entry.entry(), value, clock)) return false;
        record.remove_prefix(entry.key_bytes() + entry.value_bytes());
    }
    return true;
}

}  // namespace clew::tracer::internal
