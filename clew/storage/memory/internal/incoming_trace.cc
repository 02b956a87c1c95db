// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/incoming_trace.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>

#include "clew/model/span_copy.h"

namespace clew::storage {

namespace {

class Hash {
public:
    void add(std::uint64_t value) noexcept {
        state_ = (state_ ^ value) * 0x9e37'79b9'7f4a'7c15ULL;
        state_ ^= state_ >> 32;
    }
    void add(std::string_view text) noexcept { add(std::hash<std::string_view>{}(text)); }
    void add(const model::Time& time) noexcept {
        add(static_cast<std::uint64_t>(time.us));
        if (time.ns != 0) add(time.ns);
    }
    void add(const model::Endpoint* endpoint) noexcept {
        if (endpoint == nullptr) return add(std::uint64_t{0});
        add(endpoint->service_name);
        add(endpoint->port);
        if (endpoint->ipv4) add(view(*endpoint->ipv4));
        if (endpoint->ipv4_zeros != 0) add(endpoint->ipv4_zeros);
        if (endpoint->ipv6) add(view(*endpoint->ipv6));
    }
    // Arrays and maps count by their kind only: rare, and compared in full afterwards.
    void add(const model::Value& value) noexcept {
        switch (value.type()) {
            case model::Value::Type::text:
            case model::Value::Type::bytes: return add(value.text());
            case model::Value::Type::array:
            case model::Value::Type::map: return add(static_cast<std::uint64_t>(value.type()));
            default: return add(static_cast<std::uint64_t>(value.int64()));
        }
    }

    std::uint64_t result() const noexcept { return state_; }

private:
    template <std::size_t N>
    static std::string_view view(const std::array<std::uint8_t, N>& bytes) noexcept {
        return {reinterpret_cast<const char*>(bytes.data()), N};
    }

    std::uint64_t state_ = 0x2545'f491'4f6c'dd1dULL;
};

// Keeps the first of equal spans and the order. Few spans are compared: only those of equal hash.
std::span<const model::Span> leave_out_repetitions(std::span<model::Span> spans) {
    std::unordered_multimap<std::uint64_t, std::size_t> kept_by_hash;
    std::size_t kept = 0;
    for (const model::Span& span : spans) {
        const std::uint64_t hash = span_hash(span);
        const auto [first, last] = kept_by_hash.equal_range(hash);
        const bool is_repeated = std::any_of(first, last, [&](const auto& entry) {
            return spans[entry.second] == span;
        });
        if (is_repeated) continue;
        kept_by_hash.emplace(hash, kept);
        spans[kept++] = span;
    }
    return spans.first(kept);
}

}  // namespace

std::uint64_t span_hash(const model::Span& span) noexcept {
    Hash hash;
    hash.add(span.trace_id().high);
    hash.add(span.trace_id().low);
    hash.add(span.id().value);
    hash.add(span.parent_id().value);
    hash.add(
        static_cast<std::uint64_t>(span.kind()) << 2 | (span.debug() ? 2U : 0U) |
        (span.shared() ? 1U : 0U)
    );
    hash.add(span.timestamp());
    hash.add(span.duration());
    hash.add(span.name());
    hash.add(span.local_endpoint());
    hash.add(span.remote_endpoint());
    for (const model::Tag& tag : span.tags()) {
        hash.add(tag.key);
        hash.add(tag.value);
    }
    for (const model::Annotation& annotation : span.annotations()) {
        hash.add(annotation.time);
        hash.add(annotation.value);
    }
    return hash.result();
}

IncomingTrace make_incoming(std::uint64_t trace, std::span<const model::Span> spans) {
    IncomingTrace incoming;
    incoming.trace = trace;
    incoming.spans = std::make_shared<const model::SpanBatch>(model::copy_spans(spans));
    incoming.hashes.reserve(spans.size());
    for (const model::Span& span : spans) incoming.hashes.push_back(span_hash(span));
    return incoming;
}

std::vector<IncomingTrace> split_by_trace(const model::SpanBatch& batch) {
    std::vector<model::Span> spans(batch.begin(), batch.end());
    const auto trace_of = [](const model::Span& span) { return span.trace_id().low; };
    std::ranges::stable_sort(spans, std::greater{}, trace_of);
    std::vector<IncomingTrace> traces;
    for (auto begin = spans.begin(); begin != spans.end();) {
        const std::uint64_t trace = trace_of(*begin);
        const auto end = std::find_if(begin, spans.end(), [&](const model::Span& span) {
            return trace_of(span) != trace;
        });
        const auto kept = leave_out_repetitions({begin, end});
        traces.push_back(make_incoming(trace, kept));
        begin = end;
    }
    return traces;
}

std::size_t bytes_bound(const IncomingTrace& incoming) noexcept {
    // A record and its places in three indexes; a span's hash and its places in the indexes of its
    // service, of its names and of completed tags.
    constexpr std::size_t kTraceBytes = 1024;
    constexpr std::size_t kSpanBytes = 768;
    std::size_t bytes = kTraceBytes + incoming.spans->size_bytes();
    for (const model::Span& span : *incoming.spans) {
        bytes += kSpanBytes + 2 * span.local_service_name().size() + span.name().size() +
                 span.remote_service_name().size();
    }
    return bytes;
}

}  // namespace clew::storage
