// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/internal/record_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "clew/base/ip_address.h"
#include "clew/base/text.h"

namespace clew::tracer::internal {

namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";     // U+2026
constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

// The first `size` bytes, less those of a character that does not fit whole.
// Requires: size < text.size().
std::string_view cut_between_characters(std::string_view text, std::size_t size) noexcept {
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
    return text.substr(0, size);
}

template <typename T>
T take_value(std::string_view& bytes) noexcept {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return value;
}

void set_address(model::Endpoint& endpoint, std::string_view value) noexcept {
    endpoint.port = take_value<std::uint16_t>(value);
    const IpAddress address = parse_ip(value);
    endpoint.ipv4 = address.v4;
    endpoint.ipv6 = address.v6;
}

template <typename T>
std::string_view decimal(std::string_view bytes, std::string& out) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, take_value<T>(bytes)).ptr;
    out.assign(text, end);
    return out;
}

}  // namespace

bool RecordReader::append(std::string_view record) noexcept {
    model::SpanBuilder& builder = spans_.builder();
    const std::size_t before = builder.size();
    try {
        read(record);
    } catch (...) {  // memory is short
        if (builder.size() != before) builder.drop_span();
    }
    return builder.size() != before;
}

void RecordReader::read(std::string_view record) {
    const auto header = take_value<RecordHeader>(record);
    spans_.start();
    spans_.set_trace_id(header.trace_id);
    spans_.set_id(header.span_id);
    spans_.set_parent_id(header.parent_id);
    spans_.set_kind(header.kind);
    spans_.set_debug((header.flags & kDebug) != 0);
    spans_.set_shared((header.flags & kShared) != 0);
    read_times(header);

    local_ = own_;
    remote_ = {};
    while (!record.empty()) {
        const auto entry = take_value<EntryHeader>(record);
        const std::string_view key = record.substr(0, entry.key_bytes());
        const std::string_view value = record.substr(entry.key_bytes(), entry.value_bytes());
        record.remove_prefix(entry.key_bytes() + entry.value_bytes());
        read_entry(entry, key, value);
    }
    spans_.set_local_endpoint(local_);
    spans_.set_remote_endpoint(remote_);
    // Cannot fail: both ids are there. If it did, append() would see that no row was added.
    static_cast<void>(spans_.finish());
}

std::int64_t RecordReader::wall_us(const RecordHeader& header, std::uint64_t time, bool is_wall)
    const {
    return is_wall ? static_cast<std::int64_t>(time) : clock_.wall_us(time, header.time_anchor);
}

void RecordReader::read_times(const RecordHeader& header) {
    time_anchor_ = header.time_anchor;
    const std::int64_t start = wall_us(header, header.start, (header.flags & kStartIsWall) != 0);
    spans_.set_timestamp(start);
    if ((header.flags & kNoEnd) != 0) return;
    // From whole microsecond to whole microsecond, so that children and annotations stay inside.
    const std::int64_t end = wall_us(header, header.end, (header.flags & kEndIsWall) != 0);
    spans_.set_duration(std::max<std::int64_t>(end - start, 1));
}

void RecordReader::read_entry(
    const EntryHeader& header, std::string_view key, std::string_view value
) {
    const TracerLimits& limits = options_.limits;
    const bool value_cut = header.value_cut();
    const auto key_text = [&] { return text(key, header.key_cut(), limits.tag_key_bytes_max); };
    const auto add_number = [&](std::string_view digits) {
        const std::string_view kept = spans_.builder().copy(digits);
        spans_.add_tag(key_text(), kept);
    };
    switch (header.entry()) {
        case Entry::name: spans_.set_name(text(value, value_cut, limits.name_bytes_max)); break;
        case Entry::tag:
            spans_.add_tag(key_text(), text(value, value_cut, limits.tag_value_bytes_max));
            break;
        case Entry::int64_tag: add_number(decimal<std::int64_t>(value, scratch_)); break;
        case Entry::uint64_tag: add_number(decimal<std::uint64_t>(value, scratch_)); break;
        case Entry::float64_tag: add_number(decimal<double>(value, scratch_)); break;
        case Entry::annotation:
        case Entry::annotation_at: {
            const auto time = take_value<std::uint64_t>(value);
            const bool is_wall = header.entry() == Entry::annotation_at;
            const std::int64_t us =
                is_wall ? static_cast<std::int64_t>(time) : clock_.wall_us(time, time_anchor_);
            spans_.add_annotation(us, text(value, value_cut, limits.annotation_bytes_max));
            break;
        }
        case Entry::remote_service:
            remote_.service_name = text(value, value_cut, limits.name_bytes_max);
            break;
        case Entry::remote_address: set_address(remote_, value); break;
        case Entry::local_address: set_address(local_, value); break;
        case Entry::remote_ipv4:
            remote_.port = take_value<std::uint16_t>(value);
            remote_.ipv4 = take_value<Ipv4Address>(value);
            break;
        case Entry::remote_ipv6:
            remote_.port = take_value<std::uint16_t>(value);
            remote_.ipv6 = take_value<Ipv6Address>(value);
            break;
    }
}

std::string_view RecordReader::text(std::string_view raw, bool is_cut, std::size_t bytes_max) {
    const bool is_clean = raw.find('\0') == std::string_view::npos && is_valid_utf8(raw);
    if (is_clean && !is_cut) return spans_.builder().copy(raw);
    scratch_.clear();
    // It may be shorter when it was cut by another process, whose limit was another one.
    const std::size_t kept = bytes_max - kEllipsis.size();
    if (is_cut && raw.size() > kept) raw = cut_between_characters(raw, kept);
    while (!raw.empty()) {
        const std::size_t nul = std::min(raw.find('\0'), raw.size());
        append_valid_utf8(raw.substr(0, nul), scratch_);
        if (nul == raw.size()) break;
        scratch_ += kReplacement;
        raw.remove_prefix(nul + 1);
    }
    if (scratch_.size() > bytes_max) {  // replacing bytes made it longer
        scratch_.resize(cut_between_characters(scratch_, kept).size());
        is_cut = true;
    }
    if (is_cut) scratch_ += kEllipsis;
    return spans_.builder().copy(scratch_);
}

}  // namespace clew::tracer::internal
