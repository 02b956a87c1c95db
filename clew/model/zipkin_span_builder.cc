// SPDX-License-Identifier: Apache-2.0
#include "clew/model/zipkin_span_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "clew/base/text.h"

namespace clew::model {

namespace {

// Spans carry a dozen tags, mostly in no order: below this many, a plain insertion sort wins.
constexpr std::size_t kInsertionSortMax = 32;

template <typename T, typename Less>
void stable_sort_small(std::span<T> items, Less less) {
    if (items.size() > kInsertionSortMax) {
        std::stable_sort(items.begin(), items.end(), less);
        return;
    }
    for (std::size_t i = 1; i < items.size(); ++i) {
        if (!less(items[i], items[i - 1])) continue;
        const T item = items[i];
        std::size_t at = i;
        for (; at > 0 && less(item, items[at - 1]); --at) items[at] = items[at - 1];
        items[at] = item;
    }
}

}  // namespace

void ZipkinSpanBuilder::start() {
    builder_.start_span();
    has_trace_id_ = false;
    has_id_ = false;
    failed_ = false;
    error_ = {};
}

void ZipkinSpanBuilder::fail(Error error) {
    if (failed_) return;
    failed_ = true;
    error_ = std::move(error);
}

void ZipkinSpanBuilder::set_trace_id(std::string_view text) {
    Expected<TraceId> id = parse_trace_id(text);
    if (!id) return fail(std::move(id).error());
    set_trace_id(*id);
}

void ZipkinSpanBuilder::set_trace_id(TraceId id) {
    builder_.row().trace_id = id;
    has_trace_id_ = true;
}

void ZipkinSpanBuilder::set_id(std::string_view text) {
    Expected<SpanId> id = parse_span_id(text, "id");
    if (!id) return fail(std::move(id).error());
    // Fewer zeros cost only the span: finish().
    if (id->is_zero() && text.size() == 16) {
        return fail({Code::invalid_argument, "id is all zeros"});
    }
    set_id(*id);
}

void ZipkinSpanBuilder::set_id(SpanId id) {
    builder_.row().id = id;
    has_id_ = true;
}

void ZipkinSpanBuilder::set_parent_id(std::string_view text) {
    Expected<SpanId> id = parse_span_id(text, "parentId");
    if (!id) return fail(std::move(id).error());
    set_parent_id(*id);
}

void ZipkinSpanBuilder::set_local_endpoint(const Endpoint& endpoint) {
    if (!endpoint.is_empty()) builder_.set_local_endpoint(endpoint);
}

void ZipkinSpanBuilder::set_remote_endpoint(const Endpoint& endpoint) {
    if (!endpoint.is_empty()) builder_.set_remote_endpoint(endpoint);
}

Expected<void> ZipkinSpanBuilder::finish() {
    if (!failed_ && !(has_trace_id_ && has_id_)) {
        std::string missing = "Missing :";
        if (!has_trace_id_) missing += " traceId";
        if (!has_id_) missing += " id";
        fail({Code::invalid_argument, std::move(missing)});
    }
    if (failed_) {
        builder_.drop_span();
        return std::move(error_);
    }
    SpanRow& row = builder_.row();
    if (row.id.is_zero()) {
        builder_.drop_span();
        ++builder_.left_out().spans_zero_id;
        return {};
    }
    if (row.parent_id == row.id) row.parent_id = {};
    if (row.kind == Kind::client) row.shared = false;
    row.name = lower_cased(row.name);
    if (Endpoint* local = builder_.local_endpoint()) {
        local->service_name = lower_cased(local->service_name);
    }
    if (Endpoint* remote = builder_.remote_endpoint()) {
        remote->service_name = lower_cased(remote->service_name);
    }
    sort_tags();
    sort_annotations();
    return {};
}

std::string_view ZipkinSpanBuilder::lower_cased(std::string_view text) {
    if (!has_upper_case(text)) return text;
    return builder_.copy(lower_case(text));
}

void ZipkinSpanBuilder::sort_annotations() {
    const auto annotations = builder_.annotations();
    if (annotations.size() < 2) return;
    const auto key = [](const Annotation& a) { return std::pair(a.time, a.value); };
    stable_sort_small(annotations, [&](const Annotation& a, const Annotation& b) {
        return key(a) < key(b);
    });
    const auto end = std::unique(
        annotations.begin(),
        annotations.end(),
        [&](const Annotation& a, const Annotation& b) { return key(a) == key(b); }
    );
    builder_.keep_annotations(static_cast<std::size_t>(end - annotations.begin()));
}

void ZipkinSpanBuilder::sort_tags() {
    const auto tags = builder_.tags();
    if (tags.size() < 2) return;
    stable_sort_small(tags, [](const Tag& a, const Tag& b) { return a.key < b.key; });
    // The sort is stable, so of equal keys the last one given stands last: that one is kept.
    std::size_t kept = 0;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        if (i + 1 < tags.size() && tags[i].key == tags[i + 1].key) continue;
        if (kept != i) tags[kept] = tags[i];
        ++kept;
    }
    builder_.keep_tags(kept);
}

}  // namespace clew::model
