// SPDX-License-Identifier: Apache-2.0
#pragma once

// One finished span, read from its batch: a view of two pointers, passed by value. Made by
// SpanBatch; for the live span that an application holds see tracer/span.h.
//
// Lifetime: valid as long as the batch.
// Threads: a plain value over immutable data.

#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

#include "clew/model/span_batch.h"

namespace clew::model {

class Span {
public:
    const TraceId& trace_id() const noexcept { return row_->trace_id; }
    SpanId id() const noexcept { return row_->id; }
    SpanId parent_id() const noexcept { return row_->parent_id; }
    Kind kind() const noexcept { return row_->kind; }
    std::string_view name() const noexcept { return row_->name; }  // empty: absent
    Time timestamp() const noexcept { return row_->timestamp; }
    Time duration() const noexcept { return row_->duration; }
    bool debug() const noexcept { return row_->debug; }
    bool shared() const noexcept { return row_->shared; }

    // Null: absent.
    const Endpoint* local_endpoint() const noexcept { return endpoint(row_->local_endpoint); }
    const Endpoint* remote_endpoint() const noexcept { return endpoint(row_->remote_endpoint); }
    // Empty: absent.
    std::string_view local_service_name() const noexcept;
    std::string_view remote_service_name() const noexcept;

    std::span<const Tag> tags() const noexcept { return tags(row_->tags); }
    std::span<const Annotation> annotations() const noexcept;
    std::span<const Tag> tags(const Range& range
    ) const noexcept;  // of an annotation, a link, an origin
    // Null when no tag has the key.
    const Value* find_tag(std::string_view key) const noexcept;

    std::span<const Link> links() const noexcept;
    const Origin* resource() const noexcept { return origin(row_->resource); }
    const Origin* scope() const noexcept { return origin(row_->scope); }
    Status status() const noexcept { return row_->status; }
    std::string_view status_message() const noexcept { return row_->status_message; }
    std::string_view trace_state() const noexcept { return row_->trace_state; }
    std::uint32_t flags() const noexcept { return row_->flags; }

    // Every field of both spans is the same, flags included (Zipkin's equality, which removes
    // exact duplicates). The batches may differ.
    friend bool operator==(const Span& a, const Span& b) noexcept;

private:
    friend class SpanBatch;
    friend class SpanBuilder;
    Span(const SpanBatch* batch, const SpanRow* row) noexcept : batch_(batch), row_(row) {}

    const Endpoint* endpoint(std::uint32_t index) const noexcept {
        return index == 0 ? nullptr : &batch_->endpoints_[index - 1];
    }
    const Origin* origin(std::uint32_t index) const noexcept {
        return index == 0 ? nullptr : &batch_->origins_[index - 1];
    }

    const SpanBatch* batch_;
    const SpanRow* row_;
};

class SpanBatch::Iterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Span;
    using difference_type = std::ptrdiff_t;
    using pointer = const Span*;
    using reference = Span;

    Iterator(const SpanBatch* batch, std::size_t index) noexcept : batch_(batch), index_(index) {}

    Span operator*() const { return (*batch_)[index_]; }
    Iterator& operator++() noexcept {
        ++index_;
        return *this;
    }
    Iterator operator++(int) noexcept {
        Iterator before = *this;
        ++index_;
        return before;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

private:
    const SpanBatch* batch_;
    std::size_t index_;
};

inline SpanBatch::Iterator SpanBatch::begin() const noexcept { return {this, 0}; }
inline SpanBatch::Iterator SpanBatch::end() const noexcept { return {this, size()}; }

}  // namespace clew::model
