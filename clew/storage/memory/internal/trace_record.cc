// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/trace_record.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "clew/base/assert.h"
#include "clew/model/span_copy.h"
#include "clew/storage/memory/internal/heap_bytes.h"

namespace clew::storage {

namespace {

// Up to this many hashes are walked; beyond, they are looked up.
constexpr std::size_t kWalkMax = 32;

// This many segments of about one size become one, unless it would be larger than the second.
constexpr std::size_t kJoinSegments = 8;
constexpr std::size_t kJoinedSpansMax = 4096;

std::size_t bytes_of(const model::SpanBatch& segment) noexcept {
    // Its six or so allocations have a header each; shared_ptr adds a control block.
    constexpr std::size_t kHeaders = std::size_t{7} * 16;
    return segment.size_bytes() + kHeaders;
}

// 0 for 1 to 7 spans, 1 for 8 to 63, ...
int size_class(const model::SpanBatch& segment) noexcept {
    return static_cast<int>(std::bit_width(segment.size()) - 1) / 3;
}

}  // namespace

std::vector<model::Span> spans_of(const Segments& segments) {
    std::size_t count = 0;
    for (const auto& segment : segments) count += segment->size();
    std::vector<model::Span> spans;
    spans.reserve(count);
    for (const auto& segment : segments) {
        spans.insert(spans.end(), segment->begin(), segment->end());
    }
    return spans;
}

model::Span TraceRecord::span_at(std::size_t ordinal) const {
    for (const auto& segment : segments_) {
        if (ordinal < segment->size()) return (*segment)[ordinal];
        ordinal -= segment->size();
    }
    CLEW_ASSERT(false);
}

bool TraceRecord::contains(const model::Span& span, std::uint64_t hash) const {
    if (table_.empty()) {
        for (std::size_t i = 0; i < hashes_.size(); ++i) {
            if (hashes_[i] == hash && span_at(i) == span) return true;
        }
        return false;
    }
    const std::size_t mask = table_.size() - 1;
    for (std::size_t slot = hash & mask; table_[slot] != 0; slot = (slot + 1) & mask) {
        const std::size_t ordinal = table_[slot] - 1;
        if (hashes_[ordinal] == hash && span_at(ordinal) == span) return true;
    }
    return false;
}

void TraceRecord::append(IncomingTrace incoming) {
    for (const model::Span& span : *incoming.spans) note_time(span);
    for (const std::uint64_t hash : incoming.hashes) remember(hash);
    segment_bytes_ += bytes_of(*incoming.spans);
    segments_.push_back(std::move(incoming.spans));
    join_small_segments();
}

std::int64_t TraceRecord::began_us() const noexcept {
    const std::int64_t began = root_us_ != 0 ? root_us_ : oldest_us_;
    return began == 0 ? arrival_us_ : std::min(began, arrival_us_);
}

std::size_t TraceRecord::bytes() const noexcept {
    return segment_bytes_ + heap_bytes(segments_) + heap_bytes(hashes_) + heap_bytes(table_) +
           heap_bytes(services.capacity() * sizeof(void*));
}

void TraceRecord::remember(std::uint64_t hash) {
    hashes_.push_back(hash);
    if (hashes_.size() <= kWalkMax) return;
    if (table_.size() < 2 * hashes_.size()) return grow_table();
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = hash & mask;
    while (table_[slot] != 0) slot = (slot + 1) & mask;
    table_[slot] = static_cast<std::uint32_t>(hashes_.size());
}

void TraceRecord::grow_table() {
    table_.assign(std::bit_ceil(4 * hashes_.size()), 0);
    const std::size_t mask = table_.size() - 1;
    for (std::size_t i = 0; i < hashes_.size(); ++i) {
        std::size_t slot = hashes_[i] & mask;
        while (table_[slot] != 0) slot = (slot + 1) & mask;
        table_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

void TraceRecord::note_time(const model::Span& span) {
    const model::Time time = span.timestamp();
    if (time.is_absent()) return;
    const std::int64_t ms = time.us / 1000;
    if (!time_span_) time_span_ = TimeSpan{ms, ms};
    time_span_->oldest_ms = std::min(time_span_->oldest_ms, ms);
    time_span_->newest_ms = std::max(time_span_->newest_ms, ms);
    if (oldest_us_ == 0 || time.us < oldest_us_) oldest_us_ = time.us;
    if (root_us_ == 0 && span.parent_id().is_zero()) root_us_ = time.us;
}

void TraceRecord::join_small_segments() {
    while (segments_.size() >= kJoinSegments) {
        const int largest = size_class(*segments_.back());
        std::size_t first = segments_.size();
        std::size_t spans = 0;
        while (first > 0 && size_class(*segments_[first - 1]) <= largest) {
            spans += segments_[--first]->size();
        }
        if (segments_.size() - first < kJoinSegments || spans > kJoinedSpansMax) return;
        const Segments joining(
            segments_.begin() + static_cast<std::ptrdiff_t>(first), segments_.end()
        );
        auto joined =
            std::make_shared<const model::SpanBatch>(model::copy_spans(spans_of(joining)));
        for (const auto& segment : joining) segment_bytes_ -= bytes_of(*segment);
        segment_bytes_ += bytes_of(*joined);
        segments_.resize(first);
        segments_.push_back(std::move(joined));
    }
}

}  // namespace clew::storage
