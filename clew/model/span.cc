// SPDX-License-Identifier: Apache-2.0
#include "clew/model/span.h"

#include <algorithm>

#include "clew/base/assert.h"

namespace clew::model {

namespace {

template <typename T>
std::span<const T> part(const std::vector<T>& all, const Range& range) noexcept {
    return {all.data() + range.begin, range.count};
}

// Both absent, or both there and equal.
template <typename T>
bool same(const T* a, const T* b) noexcept {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

bool same_origin(const Span& a, const Origin* x, const Span& b, const Origin* y) noexcept {
    if (x == nullptr || y == nullptr) return x == y;
    return x->name == y->name && x->version == y->version && x->schema_url == y->schema_url &&
           std::ranges::equal(a.tags(x->tags), b.tags(y->tags));
}

bool same_annotations(const Span& a, const Span& b) noexcept {
    return std::ranges::equal(
        a.annotations(),
        b.annotations(),
        [&](const Annotation& x, const Annotation& y) {
            return x.time == y.time && x.value == y.value &&
                   std::ranges::equal(a.tags(x.tags), b.tags(y.tags));
        }
    );
}

bool same_links(const Span& a, const Span& b) noexcept {
    return std::ranges::equal(a.links(), b.links(), [&](const Link& x, const Link& y) {
        return x.trace_id == y.trace_id && x.span_id == y.span_id && x.flags == y.flags &&
               x.trace_state == y.trace_state && std::ranges::equal(a.tags(x.tags), b.tags(y.tags));
    });
}

}  // namespace

Span SpanBatch::operator[](std::size_t index) const {
    CLEW_ASSERT(index < rows_.size());
    return {this, &rows_[index]};
}

std::size_t SpanBatch::size_bytes() const noexcept {
    return sizeof(SpanBatch) + arena_.size_bytes() + rows_.capacity() * sizeof(SpanRow) +
           tags_.capacity() * sizeof(Tag) + annotations_.capacity() * sizeof(Annotation) +
           endpoints_.capacity() * sizeof(Endpoint) + links_.capacity() * sizeof(Link) +
           origins_.capacity() * sizeof(Origin);
}

std::string_view Span::local_service_name() const noexcept {
    const Endpoint* local = local_endpoint();
    return local == nullptr ? std::string_view{} : local->service_name;
}

std::string_view Span::remote_service_name() const noexcept {
    const Endpoint* remote = remote_endpoint();
    return remote == nullptr ? std::string_view{} : remote->service_name;
}

std::span<const Annotation> Span::annotations() const noexcept {
    return part(batch_->annotations_, row_->annotations);
}

std::span<const Tag> Span::tags(const Range& range) const noexcept {
    return part(batch_->tags_, range);
}

std::span<const Link> Span::links() const noexcept { return part(batch_->links_, row_->links); }

const Value* Span::find_tag(std::string_view key) const noexcept {
    for (const Tag& tag : tags()) {
        if (tag.key == key) return &tag.value;
    }
    return nullptr;
}

bool operator==(const Span& a, const Span& b) noexcept {
    const SpanRow& x = *a.row_;
    const SpanRow& y = *b.row_;
    return x.trace_id == y.trace_id && x.id == y.id && x.parent_id == y.parent_id &&
           x.kind == y.kind && x.timestamp == y.timestamp && x.duration == y.duration &&
           x.debug == y.debug && x.shared == y.shared && x.flags == y.flags &&
           x.status == y.status && x.name == y.name && x.status_message == y.status_message &&
           x.trace_state == y.trace_state && same(a.local_endpoint(), b.local_endpoint()) &&
           same(a.remote_endpoint(), b.remote_endpoint()) &&
           std::ranges::equal(a.tags(), b.tags()) && same_annotations(a, b) && same_links(a, b) &&
           same_origin(a, a.resource(), b, b.resource()) && same_origin(a, a.scope(), b, b.scope());
}

}  // namespace clew::model
