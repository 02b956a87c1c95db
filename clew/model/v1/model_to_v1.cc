// SPDX-License-Identifier: Apache-2.0
#include "clew/model/v1/model_to_v1.h"

#include <algorithm>

namespace clew::model {

namespace {

constexpr std::uint32_t kLocal = 1;  // numbers of the record's endpoints

}  // namespace

struct ModelToV1::Moments {
    explicit Moments(const Span& span);

    bool has_begin() const noexcept { return begin_us != 0 && !begin.empty(); }
    bool has_end() const noexcept { return end_us != 0 && !end.empty(); }

    std::int64_t begin_us = 0;
    std::int64_t end_us = 0;
    std::string_view begin;
    std::string_view end;
    std::string_view address = "sa";

private:
    void read(const Annotation& annotation);
    void name_message();

    Kind kind_;
    std::int64_t ms_ = 0;
    std::int64_t ws_ = 0;
    std::int64_t wr_ = 0;
    std::int64_t mr_ = 0;
};

ModelToV1::Moments::Moments(const Span& span) : begin_us(span.timestamp().us), kind_(span.kind()) {
    if (begin_us != 0 && span.duration().us != 0) {
        end_us = static_cast<std::int64_t>(
            static_cast<std::uint64_t>(begin_us) + static_cast<std::uint64_t>(span.duration().us)
        );
    }
    for (const Annotation& annotation : span.annotations()) read(annotation);
    switch (kind_) {
        case Kind::none: return;
        case Kind::client:
            begin = "cs";
            end = "cr";
            return;
        case Kind::server:
            begin = "sr";
            end = "ss";
            address = "ca";
            return;
        case Kind::producer:
        case Kind::consumer: name_message(); return;
    }
}

// A span may carry well-known annotations besides its own times: they widen these, and tell the
// kind when the span does not.
void ModelToV1::Moments::read(const Annotation& annotation) {
    const std::int64_t us = annotation.time.us;
    const std::string_view value = annotation.value;
    if (value == "cs" || value == "sr") {
        kind_ = value == "cs" ? Kind::client : Kind::server;
        begin_us = std::min(begin_us, us);
    } else if (value == "cr" || value == "ss") {
        kind_ = value == "cr" ? Kind::client : Kind::server;
        end_us = std::max(end_us, us);
    } else if (value == "ms") {
        kind_ = Kind::producer;
        ms_ = us;
    } else if (value == "mr") {
        kind_ = Kind::consumer;
        mr_ = us;
    } else if (value == "ws") {
        ws_ = us;
    } else if (value == "wr") {
        wr_ = us;
    }
}

void ModelToV1::Moments::name_message() {
    const bool producer = kind_ == Kind::producer;
    const std::int64_t first = producer ? ms_ : wr_;
    const std::int64_t last = producer ? ws_ : mr_;
    if (begin_us == 0 || (first != 0 && first < begin_us)) begin_us = first;
    if (end_us == 0 || (last != 0 && last > end_us)) end_us = last;
    address = "ma";
    if (producer) {
        begin = "ms";
        end = "ws";
    } else if (end_us != 0 || wr_ != 0) {
        begin = "wr";
        end = "mr";
    } else {
        begin = "mr";  // received, and nobody knows since when it was on its way
    }
}

void ModelToV1::convert(const Span& span, V1Span& record) {
    record.clear();
    texts_.clear();
    record.trace_id = span.trace_id();
    record.id = span.id();
    record.parent_id = span.parent_id();
    record.name = span.name();
    record.debug = span.debug();
    if (!span.shared()) {
        record.timestamp = span.timestamp().us;
        record.duration = span.duration().us;
    }
    if (const Endpoint* local = span.local_endpoint()) record.add_endpoint(*local);
    const Moments moments(span);
    add_annotations(span, moments, record);
    add_binary_annotations(span, moments, record);
}

void ModelToV1::add_annotations(const Span& span, const Moments& moments, V1Span& record) {
    const std::uint32_t local = span.local_endpoint() == nullptr ? 0 : kLocal;
    auto& annotations = record.annotations;
    if (moments.has_begin()) annotations.push_back({moments.begin_us, moments.begin, local});
    for (const Annotation& annotation : span.annotations()) {
        if (moments.has_begin() && annotation.value == moments.begin) continue;
        if (moments.has_end() && annotation.value == moments.end) continue;
        annotations.push_back({annotation.time.us, annotation.value, local});
    }
    if (moments.has_end()) annotations.push_back({moments.end_us, moments.end, local});
    const auto order = [](const V1Annotation& a, const V1Annotation& b) {
        return a.timestamp != b.timestamp ? a.timestamp < b.timestamp : a.value < b.value;
    };
    std::stable_sort(annotations.begin(), annotations.end(), order);
}

void ModelToV1::add_binary_annotations(const Span& span, const Moments& moments, V1Span& record) {
    const std::uint32_t local = span.local_endpoint() == nullptr ? 0 : kLocal;
    auto& all = record.binary_annotations;
    using Type = V1BinaryAnnotation::Type;
    for (const Tag& tag : span.tags()) {
        all.push_back({Type::text, tag.key, text_of(tag.value), local});
    }
    // A span inside one service would lose the service's name: an empty tag carries it.
    const bool says_nothing = record.annotations.empty() && span.tags().empty();
    if (says_nothing && local != 0) all.push_back({Type::text, "lc", {}, local});
    if (const Endpoint* remote = span.remote_endpoint()) {
        all.push_back({Type::address, moments.address, {}, record.add_endpoint(*remote)});
    }
    const auto order = [](const V1BinaryAnnotation& a, const V1BinaryAnnotation& b) {
        return a.key < b.key;
    };
    std::stable_sort(all.begin(), all.end(), order);
}

std::string_view ModelToV1::text_of(const Value& value) {
    if (value.is_text()) return value.text();
    std::string& text = texts_.emplace_back();
    value.append_text(text);
    return text;
}

}  // namespace clew::model
