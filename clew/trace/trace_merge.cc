// SPDX-License-Identifier: Apache-2.0
#include "clew/trace/trace_merge.h"

#include <algorithm>
#include <string>

#include "clew/base/assert.h"
#include "clew/model/zipkin_span_builder.h"

namespace clew::trace {

namespace {

using model::Endpoint;
using model::Kind;
using model::Span;

int sign(std::strong_ordering order) noexcept { return (order > 0) - (order < 0); }

template <typename Address>
int compare_addresses(const std::optional<Address>& a, const std::optional<Address>& b) {
    if (a == b) return 0;
    if (!a || !b) return a ? -1 : 1;
    // By their text, as Zipkin's model holds it: 10.0.0.2 stands before 9.0.0.1.
    std::string x;
    std::string y;
    append_ip(*a, x);
    append_ip(*b, y);
    return sign(x <=> y);
}

// No endpoint first; inside an endpoint what is absent stands last. The port plays no part.
int compare_endpoints(const Endpoint* a, const Endpoint* b) {
    if (a == nullptr || b == nullptr) return (a != nullptr) - (b != nullptr);
    if (a->service_name != b->service_name) {
        if (a->service_name.empty() || b->service_name.empty()) {
            return a->service_name.empty() ? 1 : -1;
        }
        return sign(a->service_name <=> b->service_name);
    }
    const int by_ipv4 = compare_addresses(a->ipv4, b->ipv4);
    return by_ipv4 != 0 ? by_ipv4 : compare_addresses(a->ipv6, b->ipv6);
}

// Client halves, other unshared spans, shared ones.
int rank(const Span& span) noexcept {
    if (span.shared()) return 2;
    return span.kind() == Kind::client ? 0 : 1;
}

bool stands_before(const Span& a, const Span& b) {
    if (a.id() != b.id()) return a.id() < b.id();
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return compare_endpoints(a.local_endpoint(), b.local_endpoint()) < 0;
}

template <typename T>
bool conflicts(const T& a, const T& b, const T& absent) noexcept {
    return a != absent && b != absent && a != b;
}

template <typename T>
void fill(T& field, const T& other, const T& absent) noexcept {
    if (field == absent) field = other;
}

void fill(Endpoint& endpoint, const Endpoint* other) noexcept {
    if (other == nullptr) return;
    fill(endpoint.service_name, other->service_name, {});
    if (!endpoint.ipv4) endpoint.ipv4_zeros = other->ipv4_zeros;
    fill(endpoint.ipv4, other->ipv4, {});
    fill(endpoint.ipv6, other->ipv6, {});
    fill(endpoint.port, other->port, {});
}

bool may_be_one(const Endpoint& known, const Endpoint* next) noexcept {
    return next == nullptr ||
           !(conflicts(known.service_name, next->service_name, {}) ||
             conflicts(known.ipv4, next->ipv4, {}) || conflicts(known.ipv6, next->ipv6, {}) ||
             conflicts(known.port, next->port, {}));
}

void merge_piece(MergedSpan& into, const Span& piece) noexcept {
    fill(into.parent_id, piece.parent_id(), {});
    fill(into.kind, piece.kind(), Kind::none);
    fill(into.timestamp, piece.timestamp(), {});
    fill(into.duration, piece.duration(), {});
    fill(into.name, piece.name(), {});
    fill(into.local_endpoint, piece.local_endpoint());
    fill(into.remote_endpoint, piece.remote_endpoint());
    into.debug |= piece.debug();
}

// What a server half did not say, its client half (the span before it, of the same id) knows.
void repair_server_half(const MergedSpan& before, const Span& first_piece, MergedSpan& span) {
    if (before.kind == Kind::client && first_piece.kind() == Kind::server) span.shared = true;
    if (span.shared && first_piece.parent_id().is_zero() && !before.parent_id.is_zero()) {
        span.parent_id = before.parent_id;
    }
}

}  // namespace

MergedTrace merge_trace(std::span<const Span> spans) {
    MergedTrace trace;
    trace.pieces.assign(spans.begin(), spans.end());
    std::stable_sort(trace.pieces.begin(), trace.pieces.end(), stands_before);
    trace.spans.reserve(spans.size());
    const auto& pieces = trace.pieces;
    for (std::size_t at = 0; at < pieces.size();) {
        const Span& first = pieces[at];
        if (trace.trace_id.high == 0) trace.trace_id = first.trace_id();
        MergedSpan merged;
        merged.id = first.id();
        merged.shared = first.shared();
        merge_piece(merged, first);
        std::size_t end = at + 1;
        for (; end < pieces.size(); ++end) {
            const Span& next = pieces[end];
            if (next.id() != first.id() || next.shared() != first.shared() ||
                !may_be_one(merged.local_endpoint, next.local_endpoint())) {
                break;
            }
            if (trace.trace_id.high == 0) trace.trace_id = next.trace_id();
            merge_piece(merged, next);
        }
        merged.pieces = std::span(pieces).subspan(at, end - at);
        if (!trace.spans.empty() && trace.spans.back().id == merged.id) {
            repair_server_half(trace.spans.back(), first, merged);
        }
        trace.spans.push_back(merged);
        at = end;
    }
    return trace;
}

bool has_tag(const MergedSpan& span, std::string_view key) noexcept {
    return std::ranges::any_of(span.pieces, [&](const Span& piece) {
        return piece.find_tag(key) != nullptr;
    });
}

void append_merged(
    const MergedSpan& span, const model::TraceId& trace_id, model::SpanBuilder& builder
) {
    model::ZipkinSpanBuilder merged(builder);
    merged.start();
    merged.set_trace_id(trace_id);
    merged.set_id(span.id);
    merged.set_parent_id(span.parent_id);
    merged.set_kind(span.kind);
    merged.set_name(builder.copy(span.name));
    builder.row().timestamp = span.timestamp;
    builder.row().duration = span.duration;
    merged.set_debug(span.debug);
    merged.set_shared(span.shared);
    Endpoint local = span.local_endpoint;
    local.service_name = builder.copy(local.service_name);
    merged.set_local_endpoint(local);
    Endpoint remote = span.remote_endpoint;
    remote.service_name = builder.copy(remote.service_name);
    merged.set_remote_endpoint(remote);
    for (const Span& piece : span.pieces) {
        for (const model::Tag& tag : piece.tags()) {
            std::string text;
            tag.value.append_text(text);
            merged.add_tag(builder.copy(tag.key), builder.copy(text));
        }
        for (const model::Annotation& annotation : piece.annotations()) {
            builder.add_annotation(annotation.time, builder.copy(annotation.value));
        }
    }
    // Ids were checked when the pieces were made, so nothing here can fail.
    const bool is_merged = merged.finish().has_value();
    CLEW_ASSERT(is_merged);
}

}  // namespace clew::trace
