// SPDX-License-Identifier: Apache-2.0
#include "clew/tracer/span.h"

#include <cstring>
#include <utility>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/tracer/internal/recorder.h"
#include "clew/tracer/internal/span_block.h"
#include "clew/tracer/internal/span_record.h"
#include "clew/tracer/internal/thread_state.h"

namespace clew::tracer {

namespace {

using internal::Entry;
using internal::EntryHeader;
using internal::SpanBlock;

const TracerLimits& limits_of(const SpanBlock* block) noexcept { return block->recorder->limits(); }

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
char* add_entry(SpanBlock*& block, EntryHeader header) noexcept {
    const std::size_t size = sizeof header + header.key_bytes() + header.value_bytes();
    char* const place = SpanBlock::append(block, size);
    if (place == nullptr || header.is_cut()) [[unlikely]] {
        block->recorder->count_cut();
        if (place == nullptr) return nullptr;
    }
    return internal::copy_value(place, header.bits);
}

// An entry of one text, cut to its limit.
void add_text(
    SpanBlock*& block, Entry entry, std::string_view text, std::size_t bytes_max
) noexcept {
    std::uint8_t cut = 0;
    text = fit(text, bytes_max, internal::kValueCut, cut);
    if (char* at = add_entry(block, EntryHeader::of(entry, cut, 0, text.size()))) {
        internal::copy_text(at, text);
    }
}

void add_annotation(
    SpanBlock*& block, Entry entry, std::uint64_t time, std::string_view text
) noexcept {
    if (block->annotation_count >= limits_of(block).annotations_max) {
        return block->recorder->count_cut();
    }
    std::uint8_t cut = 0;
    text = fit(text, limits_of(block).annotation_bytes_max, internal::kValueCut, cut);
    const EntryHeader header = EntryHeader::of(entry, cut, 0, sizeof time + text.size());
    if (char* at = add_entry(block, header)) {
        internal::copy_text(internal::copy_value(at, time), text);
        ++block->annotation_count;
    }
}

// The place for a tag's value, behind its key; null when there is no room for the tag.
char* add_tag(
    SpanBlock*& block,
    Entry entry,
    std::string_view key,
    std::size_t value_bytes,
    std::uint8_t cut = 0
) noexcept {
    if (block->tag_count >= limits_of(block).tags_max) {
        block->recorder->count_cut();
        return nullptr;
    }
    key = fit(key, limits_of(block).tag_key_bytes_max, internal::kKeyCut, cut);
    char* const at = add_entry(block, EntryHeader::of(entry, cut, key.size(), value_bytes));
    if (at == nullptr) return nullptr;
    ++block->tag_count;
    return internal::copy_text(at, key);
}

template <typename Value>
void add_number_tag(
    SpanBlock*& block, Entry entry, std::string_view key, const Value& value
) noexcept {
    if (char* at = add_tag(block, entry, key, sizeof value)) internal::copy_value(at, value);
}

template <typename Address>
void add_remote_ip(
    SpanBlock*& block, Entry entry, std::uint16_t port, const Address& address
) noexcept {
    const EntryHeader header = EntryHeader::of(entry, 0, 0, sizeof port + sizeof address);
    if (char* at = add_entry(block, header)) {
        internal::copy_value(internal::copy_value(at, port), address);
    }
}

void add_address(SpanBlock*& block, Entry entry, std::string_view ip, std::uint16_t port) noexcept {
    constexpr std::size_t kIpBytesMax = 64;  // more than the longest address has
    ip = ip.substr(0, kIpBytesMax);
    const EntryHeader header = EntryHeader::of(entry, 0, 0, sizeof port + ip.size());
    if (char* at = add_entry(block, header)) {
        internal::copy_text(internal::copy_value(at, port), ip);
    }
}

}  // namespace

Span& Span::operator=(Span&& other) noexcept {
    if (this == &other) return *this;
    if (block_ != nullptr) end_orphaned();
    block_ = std::exchange(other.block_, nullptr);
    context_ = other.context_;
    return *this;
}

void Span::begin(internal::Recorder& recorder, std::string_view name, model::Kind kind) noexcept {
    if (internal::Entered::is(internal::thread_state)) [[unlikely]] {
        return recorder.count_lost(DropReason::in_signal);
    }
    const std::size_t open_max = recorder.limits().open_spans_max;
    block_ = SpanBlock::take(open_max);
    if (block_ == nullptr) [[unlikely]] {
        const bool is_full = SpanBlock::held() >= open_max;
        return recorder.count_lost(is_full ? DropReason::open_spans_max : DropReason::no_memory);
    }
    block_->recorder = &recorder;
    block_->generation = fork_generation();
    block_->kind = kind;
    block_->start = recorder.ticks();
    if (!name.empty()) add_text(block_, Entry::name, name, recorder.limits().name_bytes_max);
}

Span& Span::name(std::string_view name) noexcept {
    if (block_ != nullptr) add_text(block_, Entry::name, name, limits_of(block_).name_bytes_max);
    return *this;
}

std::string_view Span::recorded_name() const noexcept {
    std::string_view found;
    std::string_view rest = block_ == nullptr ? std::string_view() : block_->text();
    while (rest.size() >= sizeof(EntryHeader)) {
        EntryHeader header{};
        std::memcpy(&header.bits, rest.data(), sizeof header.bits);
        const std::size_t key_end = sizeof header + header.key_bytes();
        if (header.entry() == Entry::name) found = rest.substr(key_end, header.value_bytes());
        rest.remove_prefix(key_end + header.value_bytes());
    }
    return found;
}

Span& Span::kind(model::Kind kind) noexcept {
    if (block_ != nullptr) block_->kind = kind;
    return *this;
}

void Span::record_tag(std::string_view key, std::string_view value) noexcept {
    const TracerLimits& limits = limits_of(block_);
    const bool fits = (key.size() <= limits.tag_key_bytes_max) &
                      (value.size() <= limits.tag_value_bytes_max) &
                      (block_->tag_count < limits.tags_max);
    const EntryHeader header = EntryHeader::of(Entry::tag, 0, key.size(), value.size());
    const std::size_t size = sizeof header + key.size() + value.size();
    char* at = nullptr;
    if (!fits || (at = SpanBlock::append(block_, size)) == nullptr) [[unlikely]] {
        return record_tag_by_limits(key, value);
    }
    ++block_->tag_count;
    at = internal::copy_text(internal::copy_value(at, header.bits), key);
    internal::copy_text(at, value);
}

void Span::record_tag_by_limits(std::string_view key, std::string_view value) noexcept {
    std::uint8_t cut = 0;
    value = fit(value, limits_of(block_).tag_value_bytes_max, internal::kValueCut, cut);
    if (char* at = add_tag(block_, Entry::tag, key, value.size(), cut)) {
        internal::copy_text(at, value);
    }
}

void Span::record_int64_tag(std::string_view key, std::int64_t value) noexcept {
    add_number_tag(block_, Entry::int64_tag, key, value);
}

void Span::record_uint64_tag(std::string_view key, std::uint64_t value) noexcept {
    add_number_tag(block_, Entry::uint64_tag, key, value);
}

void Span::record_float64_tag(std::string_view key, double value) noexcept {
    add_number_tag(block_, Entry::float64_tag, key, value);
}

void Span::count_cut() noexcept { block_->recorder->count_cut(); }

void Span::record_annotation(std::string_view value) noexcept {
    add_annotation(block_, Entry::annotation, block_->recorder->ticks(), value);
}

Span& Span::annotate(std::string_view value, Microseconds at) noexcept {
    if (block_ == nullptr) return *this;
    if (at.count() <= 0) return annotate(value);  // no moment that Zipkin can say
    const auto time = static_cast<std::uint64_t>(at.count());
    add_annotation(block_, Entry::annotation_at, time, value);
    return *this;
}

Span& Span::remote_service(std::string_view service_name) noexcept {
    if (block_ != nullptr) {
        const std::size_t bytes_max = limits_of(block_).name_bytes_max;
        add_text(block_, Entry::remote_service, service_name, bytes_max);
    }
    return *this;
}

Span& Span::remote_address(std::string_view ip, std::uint16_t port) noexcept {
    if (block_ != nullptr) add_address(block_, Entry::remote_address, ip, port);
    return *this;
}

Span& Span::local_address(std::string_view ip, std::uint16_t port) noexcept {
    if (block_ != nullptr) add_address(block_, Entry::local_address, ip, port);
    return *this;
}

Span& Span::remote_endpoint(const model::Endpoint& endpoint) noexcept {
    if (block_ == nullptr) return *this;
    remote_service(endpoint.service_name);
    remote_address("", endpoint.port);  // takes an earlier address away
    if (endpoint.ipv4) add_remote_ip(block_, Entry::remote_ipv4, endpoint.port, *endpoint.ipv4);
    if (endpoint.ipv6) add_remote_ip(block_, Entry::remote_ipv6, endpoint.port, *endpoint.ipv6);
    return *this;
}

Span& Span::start() noexcept {
    if (block_ == nullptr) return *this;
    block_->start = block_->recorder->ticks();
    block_->flags &= static_cast<std::uint8_t>(~internal::kStartIsWall);
    return *this;
}

Span& Span::start(Microseconds at) noexcept {
    if (block_ == nullptr || at.count() <= 0) return *this;
    block_->start = static_cast<std::uint64_t>(at.count());
    block_->flags |= internal::kStartIsWall;
    return *this;
}

void Span::end_now() noexcept { end(block_->recorder->ticks(), 0); }

void Span::finish(Microseconds at) noexcept {
    if (block_ == nullptr) return;
    if (at.count() <= 0) return end_now();
    end(static_cast<std::uint64_t>(at.count()), internal::kEndIsWall);
}

void Span::end_orphaned() noexcept {
    if (block_->generation == fork_generation()) {
        record_annotation("clew.flush");
        block_->recorder->count_orphan();
    }
    end(0, internal::kNoEnd);
}

void Span::end(std::uint64_t at, std::uint8_t flags) noexcept {
    SpanBlock* const block = std::exchange(block_, nullptr);
    if (block->generation == fork_generation()) [[likely]] {  // else the parent delivers it
        block->flags |= flags;
        block->recorder->deliver(context_, *block, at);
    }
    SpanBlock::give_back(block);
}

void Span::abandon() noexcept {
    if (block_ != nullptr) SpanBlock::give_back(std::exchange(block_, nullptr));
}

}  // namespace clew::tracer
