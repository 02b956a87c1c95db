// SPDX-License-Identifier: Apache-2.0
#include "clew/model/span_builder.h"

#include <algorithm>
#include <utility>

#include "clew/base/assert.h"

namespace clew::model {

namespace {

// Bytes of the densest useful encodings (Zipkin proto3: 340 bytes for a span with 8 tags and 2
// endpoints; ids alone are about 60). Room that is reserved and not used costs address space only.
constexpr std::size_t kBodyBytesPerSpan = 160;
constexpr std::size_t kBodyBytesPerTag = 48;
constexpr std::size_t kBodyBytesPerAnnotation = 160;

std::uint32_t size32(std::size_t size) noexcept { return static_cast<std::uint32_t>(size); }

}  // namespace

SpanRow& SpanBuilder::start_span() {
    SpanRow& row = batch_.rows_.emplace_back();
    row.tags.begin = size32(batch_.tags_.size());
    row.annotations.begin = size32(batch_.annotations_.size());
    row.links.begin = size32(batch_.links_.size());
    endpoints_begin_ = size32(batch_.endpoints_.size());
    origins_begin_ = size32(batch_.origins_.size());
    return row;
}

SpanRow& SpanBuilder::row() {
    CLEW_ASSERT(!batch_.rows_.empty());
    return batch_.rows_.back();
}

void SpanBuilder::drop_span() {
    const SpanRow& last = row();
    CLEW_ASSERT(endpoints_begin_ <= batch_.endpoints_.size());
    CLEW_ASSERT(origins_begin_ <= batch_.origins_.size());
    batch_.endpoints_.resize(endpoints_begin_);
    batch_.origins_.resize(origins_begin_);
    batch_.tags_.resize(last.tags.begin);
    batch_.annotations_.resize(last.annotations.begin);
    batch_.links_.resize(last.links.begin);
    batch_.rows_.pop_back();
}

SpanBuilder::Mark SpanBuilder::mark() const noexcept {
    return {
        {batch_.rows_.size(),
         batch_.tags_.size(),
         batch_.annotations_.size(),
         batch_.endpoints_.size(),
         batch_.links_.size(),
         batch_.origins_.size(),
         0},
        batch_.left_out_};
}

void SpanBuilder::rollback(const Mark& mark) {
    CLEW_ASSERT(mark.size.spans <= batch_.rows_.size());
    batch_.rows_.resize(mark.size.spans);
    batch_.tags_.resize(mark.size.tags);
    batch_.annotations_.resize(mark.size.annotations);
    batch_.endpoints_.resize(mark.size.endpoints);
    batch_.links_.resize(mark.size.links);
    batch_.origins_.resize(mark.size.origins);
    batch_.left_out_ = mark.left_out;
    endpoints_begin_ = size32(mark.size.endpoints);
    origins_begin_ = size32(mark.size.origins);
}

void SpanBuilder::set_local_endpoint(const Endpoint& endpoint) {
    set_endpoint(row().local_endpoint, endpoint);
}

void SpanBuilder::set_remote_endpoint(const Endpoint& endpoint) {
    set_endpoint(row().remote_endpoint, endpoint);
}

void SpanBuilder::set_endpoint(std::uint32_t& index, const Endpoint& endpoint) {
    if (index != 0) {
        batch_.endpoints_[index - 1] = endpoint;
        return;
    }
    batch_.endpoints_.push_back(endpoint);
    index = size32(batch_.endpoints_.size());
}

void SpanBuilder::add_tag(std::string_view key, Value value) {
    SpanRow& last = row();
    if (last.tags.count == 0) last.tags.begin = size32(batch_.tags_.size());
    // A span's tags lie together: they are added before those of its annotations and links.
    CLEW_ASSERT(last.tags.begin + last.tags.count == batch_.tags_.size());
    batch_.tags_.push_back({key, value});
    ++last.tags.count;
}

void SpanBuilder::add_annotation(Time time, std::string_view value) {
    batch_.annotations_.push_back({time, value, {}});
    ++row().annotations.count;
}

void SpanBuilder::add_link(const Link& link) {
    batch_.links_.push_back(link);
    batch_.links_.back().tags = {};
    ++row().links.count;
}

void SpanBuilder::add_annotation_tag(std::string_view key, Value value) {
    CLEW_ASSERT(row().annotations.count > 0);
    Range& range = batch_.annotations_.back().tags;
    if (range.count == 0) range.begin = size32(batch_.tags_.size());
    batch_.tags_.push_back({key, value});
    ++range.count;
}

void SpanBuilder::add_link_tag(std::string_view key, Value value) {
    CLEW_ASSERT(row().links.count > 0);
    Range& range = batch_.links_.back().tags;
    if (range.count == 0) range.begin = size32(batch_.tags_.size());
    batch_.tags_.push_back({key, value});
    ++range.count;
}

std::uint32_t SpanBuilder::add_origin(const Origin& origin, std::span<const Tag> tags) {
    Origin& added = batch_.origins_.emplace_back(origin);
    added.tags = {size32(batch_.tags_.size()), size32(tags.size())};
    batch_.tags_.insert(batch_.tags_.end(), tags.begin(), tags.end());
    return size32(batch_.origins_.size());
}

std::span<Tag> SpanBuilder::tags() noexcept {
    const Range& range = batch_.rows_.back().tags;
    return {batch_.tags_.data() + range.begin, range.count};
}

std::span<Annotation> SpanBuilder::annotations() noexcept {
    const Range& range = batch_.rows_.back().annotations;
    return {batch_.annotations_.data() + range.begin, range.count};
}

void SpanBuilder::keep_tags(std::size_t count) {
    Range& range = row().tags;
    CLEW_ASSERT(count <= range.count);
    if (range.begin + range.count == batch_.tags_.size()) batch_.tags_.resize(range.begin + count);
    range.count = size32(count);
}

void SpanBuilder::keep_annotations(std::size_t count) {
    Range& range = row().annotations;
    CLEW_ASSERT(count <= range.count);
    batch_.annotations_.resize(range.begin + count);
    range.count = size32(count);
}

Endpoint* SpanBuilder::local_endpoint() noexcept {
    const std::uint32_t index = batch_.rows_.back().local_endpoint;
    return index == 0 ? nullptr : &batch_.endpoints_[index - 1];
}

Endpoint* SpanBuilder::remote_endpoint() noexcept {
    const std::uint32_t index = batch_.rows_.back().remote_endpoint;
    return index == 0 ? nullptr : &batch_.endpoints_[index - 1];
}

void SpanBuilder::reserve_for_body(std::size_t body_bytes) {
    batch_.rows_.reserve(body_bytes / kBodyBytesPerSpan + 4);
    batch_.endpoints_.reserve(2 * (body_bytes / kBodyBytesPerSpan) + 8);
    batch_.tags_.reserve(body_bytes / kBodyBytesPerTag + 16);
    batch_.annotations_.reserve(body_bytes / kBodyBytesPerAnnotation + 8);
}

void SpanBuilder::reserve(const BatchSize& size) {
    batch_.rows_.reserve(size.spans);
    batch_.tags_.reserve(size.tags);
    batch_.annotations_.reserve(size.annotations);
    batch_.endpoints_.reserve(size.endpoints);
    batch_.links_.reserve(size.links);
    batch_.origins_.reserve(size.origins);
    batch_.arena_.reserve(size.text_bytes);
}

SpanBatch SpanBuilder::finish() {
    endpoints_begin_ = 0;
    origins_begin_ = 0;
    return std::exchange(batch_, SpanBatch{});
}

Value SpanBuilder::copy_value(const Span& from, const Value& value) {
    switch (value.type()) {
        case Value::Type::text: return Value(copy(value.text()));
        case Value::Type::bytes: return Value::of_bytes(copy(value.bytes()));
        case Value::Type::array: {
            const auto elements = value.array();
            Value* copies = arena().allocate_array<Value>(elements.size());
            for (std::size_t i = 0; i < elements.size(); ++i) {
                copies[i] = copy_value(from, elements[i]);
            }
            return Value::of_array({copies, elements.size()});
        }
        case Value::Type::map: {
            const auto entries = value.map();
            Tag* copies = arena().allocate_array<Tag>(entries.size());
            for (std::size_t i = 0; i < entries.size(); ++i) {
                copies[i] = {copy(entries[i].key), copy_value(from, entries[i].value)};
            }
            return Value::of_map({copies, entries.size()});
        }
        default: return value;
    }
}

Range SpanBuilder::copy_tags(const Span& from, std::span<const Tag> tags) {
    const Range range{size32(batch_.tags_.size()), size32(tags.size())};
    for (const Tag& tag : tags) {
        batch_.tags_.push_back({copy(tag.key), copy_value(from, tag.value)});
    }
    return range;
}

std::uint32_t SpanBuilder::copy_origin(const Span& from, const Origin* origin) {
    if (origin == nullptr) return 0;
    const Range tags = copy_tags(from, from.tags(origin->tags));
    batch_.origins_.push_back(
        {copy(origin->name), copy(origin->version), copy(origin->schema_url), tags}
    );
    return size32(batch_.origins_.size());
}

void SpanBuilder::append(const Span& span) {
    SpanRow& added = start_span();
    added = *span.row_;
    added.local_endpoint = 0;
    added.remote_endpoint = 0;
    added.name = copy(span.name());
    added.status_message = copy(span.status_message());
    added.trace_state = copy(span.trace_state());
    if (const Endpoint* local = span.local_endpoint()) {
        set_local_endpoint(*local);
        local_endpoint()->service_name = copy(local->service_name);
    }
    if (const Endpoint* remote = span.remote_endpoint()) {
        set_remote_endpoint(*remote);
        remote_endpoint()->service_name = copy(remote->service_name);
    }
    added.tags = copy_tags(span, span.tags());
    added.annotations = {size32(batch_.annotations_.size()), size32(span.annotations().size())};
    for (const Annotation& annotation : span.annotations()) {
        const Range tags = copy_tags(span, span.tags(annotation.tags));
        batch_.annotations_.push_back({annotation.time, copy(annotation.value), tags});
    }
    added.links = {size32(batch_.links_.size()), size32(span.links().size())};
    for (const Link& link : span.links()) {
        Link copied = link;
        copied.trace_state = copy(link.trace_state);
        copied.tags = copy_tags(span, span.tags(link.tags));
        batch_.links_.push_back(copied);
    }
    added.resource = copy_origin(span, span.resource());
    added.scope = copy_origin(span, span.scope());
}

}  // namespace clew::model
