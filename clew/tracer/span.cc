// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/span.h"

#include <algorithm>
#include <new>
#include <utility>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/tracer/internal/recorder.h"
#include "clew/tracer/internal/span_record.h"

namespace clew::tracer {

namespace {

using internal::Entry;
using internal::EntryHeader;
using internal::RecordHeader;

RecordHeader& header_of(SpanBuffer& buffer) noexcept {
    return *reinterpret_cast<RecordHeader*>(buffer.bytes());
}

// Shortens a text that is longer than its limit and remembers that in `cut`.
std::string_view fit(
    std::string_view text, std::size_t bytes_max, std::uint8_t bit, std::uint8_t& cut
) noexcept {
    if (text.size() <= bytes_max) [[likely]] {
        return text;
    }
    cut |= bit;
    return text.substr(0, bytes_max);
}

// Room for an entry's key and value behind its header, or null when the span is full. A text that
// was cut or does not fit is counted.
char* add_entry(
    internal::Recorder& recorder, SpanBuffer& buffer, const EntryHeader& header
) noexcept {
    const std::size_t size = sizeof header + header.key_bytes + header.value_bytes;
    char* const place = buffer.append(size, recorder.limits().span_bytes_max);
    if (place == nullptr || header.cut != 0) [[unlikely]] {
        recorder.count_cut();
        if (place == nullptr) return nullptr;
    }
    return internal::copy_value(place, header);
}

EntryHeader entry_header(
    Entry entry, std::uint8_t cut, std::size_t key_bytes, std::size_t value_bytes
) noexcept {
    return {
        entry, cut, static_cast<std::uint16_t>(key_bytes), static_cast<std::uint32_t>(value_bytes)};
}

// An entry of one text, cut to its limit.
void add_text(
    internal::Recorder& recorder,
    SpanBuffer& buffer,
    Entry entry,
    std::string_view text,
    std::size_t bytes_max
) noexcept {
    std::uint8_t cut = 0;
    text = fit(text, bytes_max, internal::kValueCut, cut);
    if (char* at = add_entry(recorder, buffer, entry_header(entry, cut, 0, text.size()))) {
        internal::copy_text(at, text);
    }
}

void add_annotation(
    internal::Recorder& recorder,
    SpanBuffer& buffer,
    Entry entry,
    std::uint64_t time,
    std::string_view text
) noexcept {
    if (header_of(buffer).annotation_count >= recorder.limits().annotations_max) {
        return recorder.count_cut();
    }
    std::uint8_t cut = 0;
    text = fit(text, recorder.limits().annotation_bytes_max, internal::kValueCut, cut);
    const EntryHeader header = entry_header(entry, cut, 0, sizeof time + text.size());
    if (char* at = add_entry(recorder, buffer, header)) {
        internal::copy_text(internal::copy_value(at, time), text);
        ++header_of(buffer).annotation_count;
    }
}

// The place for a tag's value, behind its key; null when there is no room for the tag.
char* add_tag(
    internal::Recorder& recorder, SpanBuffer& buffer, std::string_view key, EntryHeader header
) noexcept {
    if (header_of(buffer).tag_count >= recorder.limits().tags_max) {
        recorder.count_cut();
        return nullptr;
    }
    key = fit(key, recorder.limits().tag_key_bytes_max, internal::kKeyCut, header.cut);
    header.key_bytes = static_cast<std::uint16_t>(key.size());
    char* const at = add_entry(recorder, buffer, header);
    if (at == nullptr) return nullptr;
    ++header_of(buffer).tag_count;
    return internal::copy_text(at, key);
}

template <typename Address>
void add_remote_ip(
    internal::Recorder& recorder,
    SpanBuffer& buffer,
    Entry entry,
    std::uint16_t port,
    const Address& address
) noexcept {
    const EntryHeader header = entry_header(entry, 0, 0, sizeof port + sizeof address);
    if (char* at = add_entry(recorder, buffer, header)) {
        internal::copy_value(internal::copy_value(at, port), address);
    }
}

}  // namespace

Span& Span::operator=(Span&& other) noexcept {
    if (this == &other) return *this;
    if (recorder_ != nullptr) end_orphaned();
    recorder_ = std::exchange(other.recorder_, nullptr);
    context_ = other.context_;
    generation_ = other.generation_;
    buffer_ = other.buffer_;
    return *this;
}

Span::Span(
    internal::Recorder& recorder,
    const propagation::TraceContext& context,
    std::string_view name,
    model::Kind kind
) noexcept
    : recorder_(&recorder), context_(context), generation_(fork_generation()) {
    if (!buffer_.start(sizeof(RecordHeader))) {
        recorder_ = nullptr;
        recorder.count_lost(DropReason::no_memory);
        return;
    }
    auto* const header = new (buffer_.bytes()) RecordHeader;
    header->start = recorder.ticks();
    header->tag_count = 0;
    header->annotation_count = 0;
    header->kind = kind;
    header->flags = 0;
    if (!name.empty()) {
        add_text(recorder, buffer_, Entry::name, name, recorder.limits().name_bytes_max);
    }
}

Span& Span::name(std::string_view name) noexcept {
    if (recorder_ != nullptr) {
        add_text(*recorder_, buffer_, Entry::name, name, recorder_->limits().name_bytes_max);
    }
    return *this;
}

Span& Span::kind(model::Kind kind) noexcept {
    if (recorder_ != nullptr) header_of(buffer_).kind = kind;
    return *this;
}

void Span::record_tag(std::string_view key, std::string_view value) noexcept {
    std::uint8_t cut = 0;
    value = fit(value, recorder_->limits().tag_value_bytes_max, internal::kValueCut, cut);
    const EntryHeader header = entry_header(Entry::tag, cut, 0, value.size());
    if (char* at = add_tag(*recorder_, buffer_, key, header)) internal::copy_text(at, value);
}

void Span::record_int64_tag(std::string_view key, std::int64_t value) noexcept {
    const EntryHeader header = entry_header(Entry::int64_tag, 0, 0, sizeof value);
    if (char* at = add_tag(*recorder_, buffer_, key, header)) internal::copy_value(at, value);
}

void Span::record_uint64_tag(std::string_view key, std::uint64_t value) noexcept {
    const EntryHeader header = entry_header(Entry::uint64_tag, 0, 0, sizeof value);
    if (char* at = add_tag(*recorder_, buffer_, key, header)) internal::copy_value(at, value);
}

void Span::count_cut() noexcept { recorder_->count_cut(); }

void Span::record_annotation(std::string_view value) noexcept {
    add_annotation(*recorder_, buffer_, Entry::annotation, recorder_->ticks(), value);
}

Span& Span::annotate(std::string_view value, Microseconds at) noexcept {
    if (recorder_ == nullptr) return *this;
    if (at.count() <= 0) return annotate(value);  // no moment that Zipkin can say
    const auto time = static_cast<std::uint64_t>(at.count());
    add_annotation(*recorder_, buffer_, Entry::annotation_at, time, value);
    return *this;
}

Span& Span::remote_service(std::string_view service_name) noexcept {
    if (recorder_ != nullptr) {
        const std::size_t bytes_max = recorder_->limits().name_bytes_max;
        add_text(*recorder_, buffer_, Entry::remote_service, service_name, bytes_max);
    }
    return *this;
}

void Span::record_address(std::uint8_t entry, std::string_view ip, std::uint16_t port) noexcept {
    constexpr std::size_t kIpBytesMax = 64;  // more than the longest address has
    ip = ip.substr(0, kIpBytesMax);
    const EntryHeader header =
        entry_header(static_cast<Entry>(entry), 0, 0, sizeof port + ip.size());
    if (char* at = add_entry(*recorder_, buffer_, header)) {
        internal::copy_text(internal::copy_value(at, port), ip);
    }
}

Span& Span::remote_address(std::string_view ip, std::uint16_t port) noexcept {
    if (recorder_ != nullptr) {
        record_address(static_cast<std::uint8_t>(Entry::remote_address), ip, port);
    }
    return *this;
}

Span& Span::local_address(std::string_view ip, std::uint16_t port) noexcept {
    if (recorder_ != nullptr) {
        record_address(static_cast<std::uint8_t>(Entry::local_address), ip, port);
    }
    return *this;
}

Span& Span::remote_endpoint(const model::Endpoint& endpoint) noexcept {
    if (recorder_ == nullptr) return *this;
    remote_service(endpoint.service_name);
    remote_address("", endpoint.port);  // takes an earlier address away
    if (endpoint.ipv4) {
        add_remote_ip(*recorder_, buffer_, Entry::remote_ipv4, endpoint.port, *endpoint.ipv4);
    }
    if (endpoint.ipv6) {
        add_remote_ip(*recorder_, buffer_, Entry::remote_ipv6, endpoint.port, *endpoint.ipv6);
    }
    return *this;
}

Span& Span::start() noexcept {
    if (recorder_ == nullptr) return *this;
    RecordHeader& header = header_of(buffer_);
    header.start = recorder_->ticks();
    header.flags &= static_cast<std::uint8_t>(~internal::kStartIsWall);
    return *this;
}

Span& Span::start(Microseconds at) noexcept {
    if (recorder_ == nullptr || at.count() <= 0) return *this;
    RecordHeader& header = header_of(buffer_);
    header.start = static_cast<std::uint64_t>(at.count());
    header.flags |= internal::kStartIsWall;
    return *this;
}

void Span::end_now() noexcept { end(recorder_->ticks(), 0); }

void Span::finish(Microseconds at) noexcept {
    if (recorder_ == nullptr) return;
    if (at.count() <= 0) return end_now();
    end(static_cast<std::uint64_t>(at.count()), internal::kEndIsWall);
}

void Span::end_orphaned() noexcept {
    if (generation_ == fork_generation()) {
        record_annotation("clew.flush");
        recorder_->count_orphan();
    }
    end(0, internal::kNoEnd);
}

void Span::end(std::uint64_t at, std::uint8_t flags) noexcept {
    internal::Recorder* const recorder = std::exchange(recorder_, nullptr);
    const std::uint32_t generation = fork_generation();
    if (generation_ == generation) [[likely]] {  // else the parent delivers it
        RecordHeader& header = header_of(buffer_);
        header.trace_id = context_.trace_id;
        header.span_id = context_.span_id;
        header.parent_id = context_.parent_id;
        header.time_anchor = context_.time_anchor;
        header.end = at;
        header.flags |= flags;
        if (context_.debug) header.flags |= internal::kDebug;
        if (context_.shared) header.flags |= internal::kShared;
        recorder->deliver({buffer_.bytes(), buffer_.size()}, generation);
    }
    buffer_.end();
}

void Span::abandon() noexcept {
    if (std::exchange(recorder_, nullptr) != nullptr) buffer_.end();
}

}  // namespace clew::tracer
