// SPDX-License-Identifier: Apache-2.0
#include "clew/model/v1/v1_to_model.h"

#include <algorithm>
#include <string>
#include <utility>

#include "clew/base/assert.h"
#include "clew/base/text.h"

namespace clew::model {

namespace {

// Times are a stranger's: they may be anything, and their differences must not overflow.
std::int64_t wrapping_add(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t wrapping_subtract(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

constexpr std::uint16_t two_chars(const char* text) noexcept {
    return static_cast<std::uint16_t>(text[0] << 8 | text[1]);
}

// As stable_sort(), which would ask for memory.
template <typename T, typename Less>
void sort_in_place(std::vector<T>& items, Less less) {
    if (std::is_sorted(items.begin(), items.end(), less)) return;
    if (items.size() > 32) {
        std::stable_sort(items.begin(), items.end(), less);
        return;
    }
    for (auto at = items.begin() + 1; at != items.end(); ++at) {
        std::rotate(std::upper_bound(items.begin(), at, *at, less), at, at + 1);
    }
}

}  // namespace

Expected<void> V1ToModel::convert(V1Span& span, SpanBuilder& into) {
    if (span.trace_id.low == 0) return Error{Code::invalid_argument, "traceId == 0"};
    if (span.id.is_zero()) return Error{Code::invalid_argument, "id == 0"};
    span_ = &span;
    moments_ = {};
    too_many_services_ = false;
    parts_.assign(1, Part{});
    annotation_parts_.resize(span.annotations.size());
    tag_parts_.resize(span.binary_annotations.size());

    lower_case_services(into);
    sort_annotations(span);
    sort_binary_annotations(span);
    read_annotations();
    repair_begin(cs, cr);
    repair_begin(sr, ss);
    time_call();
    time_message();
    read_binary_annotations();
    if (too_many_services_) {
        return Error{
            Code::limit_exceeded,
            "v1_span_services_max of " + std::to_string(kV1SpanServicesMax) + " exceeded"};
    }
    ZipkinSpanBuilder spans(into);
    for (std::size_t i = 0; i < parts_.size(); ++i) emit(i, spans);
    return {};
}

V1ToModel::Event V1ToModel::event_of(const V1Annotation& annotation) noexcept {
    if (annotation.value.size() != 2 || annotation.endpoint == 0) return none;
    switch (two_chars(annotation.value.data())) {
        case two_chars("cs"): return cs;
        case two_chars("cr"): return cr;
        case two_chars("sr"): return sr;
        case two_chars("ss"): return ss;
        case two_chars("ms"): return ms;
        case two_chars("mr"): return mr;
        case two_chars("ws"): return ws;
        case two_chars("wr"): return wr;
        default: return none;
    }
}

void V1ToModel::sort_annotations(V1Span& span) {
    sort_in_place(span.annotations, [](const V1Annotation& a, const V1Annotation& b) {
        return a.timestamp != b.timestamp ? a.timestamp < b.timestamp : a.value < b.value;
    });
}

// Their order decides only which service comes first, so with a single one it is left alone.
void V1ToModel::sort_binary_annotations(V1Span& span) {
    auto& all = span.binary_annotations;
    const bool one_endpoint = std::ranges::all_of(all, [&](const V1BinaryAnnotation& b) {
        return b.endpoint == all.front().endpoint;
    });
    if (one_endpoint) return;
    sort_in_place(all, [](const V1BinaryAnnotation& a, const V1BinaryAnnotation& b) {
        return a.key < b.key;
    });
}

void V1ToModel::lower_case_services(SpanBuilder& into) {
    for (Endpoint& endpoint : span_->endpoints) {
        if (!has_upper_case(endpoint.service_name)) continue;
        endpoint.service_name = into.copy(lower_case(endpoint.service_name));
    }
}

bool V1ToModel::is_same_service(std::uint32_t a, std::uint32_t b) const {
    return a == b || span_->endpoint(a).service_name == span_->endpoint(b).service_name;
}

// The span of the service that the endpoint belongs to; address and port do not matter. What names
// no endpoint belongs to the first span, and the first endpoint met becomes the first span's.
V1ToModel::PartIndex V1ToModel::find_part(std::uint32_t endpoint) {
    if (parts_[0].local == 0) parts_[0].local = endpoint;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        if (is_same_service(parts_[i].local, endpoint)) return static_cast<PartIndex>(i);
    }
    return new_part(endpoint);
}

V1ToModel::PartIndex V1ToModel::new_part(std::uint32_t endpoint) {
    if (parts_.size() == kV1SpanServicesMax) {
        too_many_services_ = true;
        return 0;
    }
    parts_.emplace_back().local = endpoint;
    return static_cast<PartIndex>(parts_.size() - 1);
}

void V1ToModel::read_annotations() {
    constexpr Kind kKinds[] = {
        Kind::client,
        Kind::client,
        Kind::server,
        Kind::server,
        Kind::producer,
        Kind::consumer,
        Kind::none,
        Kind::none};
    const auto& annotations = span_->annotations;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        const V1Annotation& annotation = annotations[i];
        const PartIndex where = part_index(annotation.endpoint);
        const Event event = event_of(annotation);
        annotation_parts_[i] = event == none ? where : kConsumed;
        if (event == none) continue;
        moments_[event] = {annotation.endpoint, annotation.timestamp, i};
        if (kKinds[event] != Kind::none) parts_[where].kind = kKinds[event];
    }
}

// A begin that is missing is known when the end is where the record's own time ends.
void V1ToModel::repair_begin(Event begin, Event end) {
    const Moment& last = moments_[end];
    if (moments_[begin] || !last || span_->timestamp == 0 || span_->duration == 0) return;
    if (wrapping_add(span_->timestamp, span_->duration) != last.timestamp) return;
    moments_[begin] = {last.endpoint, span_->timestamp, 0};
}

void V1ToModel::set_time(const Moment& begin, const Moment& end) {
    Part& timed = part(begin);
    if (span_->timestamp != 0 && span_->duration != 0) {
        timed.timestamp = span_->timestamp;
        timed.duration = span_->duration;
        return;
    }
    timed.timestamp = begin.timestamp;
    if (end) timed.duration = wrapping_subtract(end.timestamp, begin.timestamp);
}

// Both sides are in the record: the client owns its time, the server's is read from annotations.
void V1ToModel::split_call() {
    set_time(moments_[cs], moments_[cr]);
    const PartIndex client = part_index(moments_[cs].endpoint);
    PartIndex server = part_index(moments_[sr].endpoint);
    if (server == client) {  // a service that calls itself
        parts_[client].kind = Kind::client;
        server = new_part(moments_[sr].endpoint);
        parts_[server].kind = Kind::server;
    }
    parts_[server].shared = true;
    parts_[server].timestamp = moments_[sr].timestamp;
    if (moments_[ss]) {
        parts_[server].duration = wrapping_subtract(moments_[ss].timestamp, moments_[sr].timestamp);
    }
    if (!moments_[cr] && span_->duration == 0) parts_[client].duration = 0;  // one-way
}

void V1ToModel::leave_incomplete() {
    for (Part& unfinished : parts_) {
        const bool client = unfinished.kind == Kind::client;
        if (!client && unfinished.kind != Kind::server) continue;
        const Moment& begin = moments_[client ? cs : sr];
        if (begin) unfinished.timestamp = begin.timestamp;
        if (moments_[client ? cr : ss]) unfinished.kept_end = client ? cr : ss;
    }
    if (span_->timestamp == 0) return;
    parts_[0].timestamp = span_->timestamp;
    parts_[0].duration = span_->duration;
}

void V1ToModel::time_call() {
    if (moments_[cs] && moments_[sr]) {
        split_call();
    } else if (moments_[cs] && moments_[cr]) {
        set_time(moments_[cs], moments_[cr]);
    } else if (moments_[sr] && moments_[ss]) {
        set_time(moments_[sr], moments_[ss]);
    } else {
        leave_incomplete();
    }
    // The first model has no word for "shared". A server that joined its caller's span leaves the
    // record's own times to the caller, which is how it is told.
    if (moments_[cs] || !moments_[sr]) return;
    const bool times_are_the_callers =
        span_->timestamp == 0 || (moments_[ss] && span_->duration == 0);
    if (times_are_the_callers) part(moments_[sr]).shared = true;
}

void V1ToModel::split_message() {
    const PartIndex producer = part_index(moments_[ms].endpoint);
    PartIndex consumer = part_index(moments_[mr].endpoint);
    if (consumer == producer) {
        parts_[producer].kind = Kind::producer;
        consumer = new_part(moments_[mr].endpoint);
        parts_[consumer].kind = Kind::consumer;
    }
    Part& receiving = parts_[consumer];
    receiving.shared = true;
    receiving.timestamp = moments_[moments_[wr] ? wr : mr].timestamp;
    if (moments_[wr]) {
        receiving.duration = wrapping_subtract(moments_[mr].timestamp, moments_[wr].timestamp);
    }
    Part& sending = parts_[producer];
    sending.timestamp = moments_[ms].timestamp;
    sending.duration =
        moments_[ws] ? wrapping_subtract(moments_[ws].timestamp, moments_[ms].timestamp) : 0;
}

void V1ToModel::time_message() {
    if (moments_[ms] && moments_[mr]) return split_message();
    if (moments_[ms]) return set_time(moments_[ms], moments_[ws]);
    if (moments_[mr] && moments_[wr]) return set_time(moments_[wr], moments_[mr]);
    if (moments_[mr]) return set_time(moments_[mr], {});
    for (const Event event : {ws, wr}) {
        const Moment& moment = moments_[event];
        if (moment) annotation_parts_[moment.index] = part_index(moment.endpoint);
    }
}

void V1ToModel::read_binary_annotations() {
    std::uint32_t ca = 0;
    std::uint32_t sa = 0;
    std::uint32_t ma = 0;
    const auto& all = span_->binary_annotations;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const V1BinaryAnnotation& annotation = all[i];
        tag_parts_[i] = kConsumed;
        if (annotation.key.size() == 2 && annotation.key[1] == 'a') {
            // An address whatever its value: old Ruby clients wrote the text "1".
            const char side = annotation.key[0];
            std::uint32_t* address = side == 'c'   ? &ca
                                     : side == 's' ? &sa
                                     : side == 'm' ? &ma
                                                   : nullptr;
            if (address != nullptr) {
                *address = annotation.endpoint;
                continue;
            }
        }
        const PartIndex where = part_index(annotation.endpoint);
        const bool only_names_endpoint = annotation.key == "lc" && annotation.value.empty();
        if (!only_names_endpoint) tag_parts_[i] = where;
    }
    const bool has_call = moments_[cs] || moments_[cr] || moments_[sr] || moments_[ss];
    if (!has_call && (ca != 0 || sa != 0)) return set_remote_without_call(ca, sa);
    set_remote(ca, sa, ma);
}

void V1ToModel::set_remote_without_call(std::uint32_t ca, std::uint32_t sa) {
    if (ca != 0 && sa != 0) {
        parts_[part_index(ca)].remote = span_->endpoint(sa);
    } else if (sa != 0) {  // says nothing about who called
        parts_[0].remote = span_->endpoint(sa);
    } else {
        parts_[0].kind = Kind::server;
        parts_[0].remote = span_->endpoint(ca);
    }
}

void V1ToModel::set_remote(std::uint32_t ca, std::uint32_t sa, std::uint32_t ma) {
    const Moment& server = moments_[moments_[sr] ? sr : ss];
    if (ca != 0 && server && span_->endpoint(ca) != span_->endpoint(server.endpoint)) {
        Endpoint caller = span_->endpoint(ca);
        // Finagle writes its own name beside the caller's port: taken as it is, the service would
        // seem to call itself.
        if (is_same_service(ca, server.endpoint)) caller.service_name = {};
        part(server).remote = caller;
    }
    const Moment& client = moments_[moments_[cs] ? cs : cr];
    if (sa != 0 && client) part(client).remote = span_->endpoint(sa);
    if (ma == 0) return;
    for (const Event event : {ms, mr}) {
        if (moments_[event]) part(moments_[event]).remote = span_->endpoint(ma);
    }
}

void V1ToModel::emit(std::size_t index, ZipkinSpanBuilder& spans) {
    const Part& from = parts_[index];
    spans.start();
    spans.set_trace_id(span_->trace_id);
    spans.set_id(span_->id);
    spans.set_parent_id(span_->parent_id);
    spans.set_name(span_->name);
    spans.set_debug(span_->debug);
    spans.set_kind(from.kind);
    spans.set_shared(from.shared);
    spans.set_timestamp(from.timestamp);
    spans.set_duration(from.duration);
    if (from.local != 0) spans.set_local_endpoint(span_->endpoint(from.local));
    spans.set_remote_endpoint(from.remote);
    const auto& annotations = span_->annotations;
    for (std::size_t i = 0; i < annotations.size(); ++i) {
        if (annotation_parts_[i] != index) continue;
        spans.add_annotation(annotations[i].timestamp, annotations[i].value);
    }
    if (from.kept_end != none) {
        const Moment& end = moments_[from.kept_end];
        spans.add_annotation(end.timestamp, annotations[end.index].value);
    }
    for (std::size_t i = 0; i < tag_parts_.size(); ++i) {
        if (tag_parts_[i] != index) continue;
        spans.add_tag(span_->binary_annotations[i].key, span_->binary_annotations[i].value);
    }
    const Expected<void> finished = spans.finish();
    CLEW_ASSERT(finished.has_value());  // it can only miss an id, and both were looked at
}

}  // namespace clew::model
