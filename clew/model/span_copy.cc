// SPDX-License-Identifier: Apache-2.0
#include "clew/model/span_copy.h"

namespace clew::model {

namespace {

// Arrays and maps take alignment, too: the room is an estimate for them, exact for text.
std::size_t bytes_of(const Value& value) noexcept {
    std::size_t bytes = 0;
    switch (value.type()) {
        case Value::Type::text:
        case Value::Type::bytes: return value.text().size();
        case Value::Type::array:
            for (const Value& element : value.array()) bytes += sizeof(Value) + bytes_of(element);
            return bytes + alignof(Value);
        case Value::Type::map:
            for (const Tag& entry : value.map()) {
                bytes += sizeof(Tag) + entry.key.size() + bytes_of(entry.value);
            }
            return bytes + alignof(Tag);
        default: return 0;
    }
}

void count_tags(std::span<const Tag> tags, BatchSize& size) noexcept {
    size.tags += tags.size();
    for (const Tag& tag : tags) size.text_bytes += tag.key.size() + bytes_of(tag.value);
}

void count_endpoint(const Endpoint* endpoint, BatchSize& size) noexcept {
    if (endpoint == nullptr) return;
    ++size.endpoints;
    size.text_bytes += endpoint->service_name.size();
}

void count_origin(const Span& span, const Origin* origin, BatchSize& size) noexcept {
    if (origin == nullptr) return;
    ++size.origins;
    size.text_bytes += origin->name.size() + origin->version.size() + origin->schema_url.size();
    count_tags(span.tags(origin->tags), size);
}

void count_span(const Span& span, BatchSize& size) noexcept {
    ++size.spans;
    size.text_bytes +=
        span.name().size() + span.status_message().size() + span.trace_state().size();
    count_tags(span.tags(), size);
    count_endpoint(span.local_endpoint(), size);
    count_endpoint(span.remote_endpoint(), size);
    size.annotations += span.annotations().size();
    for (const Annotation& annotation : span.annotations()) {
        size.text_bytes += annotation.value.size();
        count_tags(span.tags(annotation.tags), size);
    }
    size.links += span.links().size();
    for (const Link& link : span.links()) {
        size.text_bytes += link.trace_state.size();
        count_tags(span.tags(link.tags), size);
    }
    count_origin(span, span.resource(), size);
    count_origin(span, span.scope(), size);
}

}  // namespace

BatchSize size_of(std::span<const Span> spans) noexcept {
    BatchSize size;
    for (const Span& span : spans) count_span(span, size);
    return size;
}

SpanBatch copy_spans(std::span<const Span> spans) {
    SpanBuilder builder;
    builder.reserve(size_of(spans));
    for (const Span& span : spans) builder.append(span);
    return builder.finish();
}

}  // namespace clew::model
