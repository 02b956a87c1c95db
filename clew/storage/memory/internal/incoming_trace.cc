// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/incoming_trace.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <string>
#include <string_view>

#include "clew/base/secret_hash.h"
#include "clew/model/span_copy.h"

namespace clew::storage {

namespace {

// A record and its places in three indexes; a span's hash and its places in the indexes of its
// service, of its names and of completed tags.
constexpr std::size_t kTraceBytes = 1024;
constexpr std::size_t kSpanBytes = 768;

class SpanHasher {
public:
    void add(std::uint64_t value) noexcept { hasher_.add(value); }
    void add(std::string_view text) noexcept { hasher_.add(text); }
    void add(const model::Time& time) noexcept {
        add(static_cast<std::uint64_t>(time.us));
        if (time.ns != 0) add(time.ns);
    }
    void add(const model::Endpoint* endpoint) noexcept {
        if (endpoint == nullptr) return add(std::uint64_t{0});
        add(endpoint->service_name);
        add(std::uint64_t{endpoint->port} << 8 | endpoint->ipv4_zeros);
        if (endpoint->ipv4) add(view(*endpoint->ipv4));
        if (endpoint->ipv6) add(view(*endpoint->ipv6));
    }
    void add(const model::Value& value) {
        if (value.is_text()) return add(value.text());
        std::string text;
        value.append_text(text);
        add(text);
    }

    std::uint64_t result() const noexcept { return hasher_.result(); }

private:
    template <std::size_t N>
    static std::string_view view(const std::array<std::uint8_t, N>& bytes) noexcept {
        return {reinterpret_cast<const char*>(bytes.data()), N};
    }

    SecretHasher hasher_;
};

// Leaves repetitions out, keeps the first of equal spans and the order. Only spans of equal hash
// are compared.
void leave_out_repetitions(std::vector<model::Span>& spans, std::vector<std::uint64_t>& hashes) {
    std::vector<std::size_t> by_hash(spans.size());
    std::iota(by_hash.begin(), by_hash.end(), std::size_t{0});
    std::ranges::stable_sort(by_hash, {}, [&](std::size_t i) { return hashes[i]; });
    std::vector<bool> is_repeated(spans.size(), false);
    bool is_any_repeated = false;
    std::vector<std::size_t> distinct;  // of one hash: one, as good as always
    for (std::size_t at = 0; at < by_hash.size(); ++at) {
        const std::size_t i = by_hash[at];
        if (at > 0 && hashes[by_hash[at - 1]] != hashes[i]) distinct.clear();
        is_repeated[i] = std::ranges::any_of(distinct, [&](std::size_t earlier) {
            return spans[earlier] == spans[i];
        });
        is_any_repeated = is_any_repeated || is_repeated[i];
        if (!is_repeated[i]) distinct.push_back(i);
    }
    if (!is_any_repeated) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (is_repeated[i]) continue;
        spans[kept] = spans[i];
        hashes[kept++] = hashes[i];
    }
    spans.erase(spans.begin() + static_cast<std::ptrdiff_t>(kept), spans.end());
    hashes.resize(kept);
}

}  // namespace

std::uint64_t span_hash(const model::Span& span) {
    SpanHasher hash;
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

IncomingTrace make_incoming(std::uint64_t trace, std::vector<model::Span> spans) {
    IncomingTrace incoming;
    incoming.trace = trace;
    incoming.hashes.reserve(spans.size());
    for (const model::Span& span : spans) incoming.hashes.push_back(span_hash(span));
    if (spans.size() > 1) leave_out_repetitions(spans, incoming.hashes);
    incoming.spans = std::make_shared<const model::SpanBatch>(model::copy_spans(spans));
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
        traces.push_back(make_incoming(trace, {begin, end}));
        begin = end;
    }
    return traces;
}

std::size_t bytes_bound_max(const model::SpanBatch& batch) noexcept {
    // Every span in a trace of its own. Texts of tags lie in the batch once; spans may share names.
    std::size_t bytes =
        batch.size_bytes() + batch.size() * (kTraceBytes + kSpanBytes + sizeof(model::SpanBatch));
    for (const model::Span& span : batch) {
        bytes += 3 * span.local_service_name().size() + 2 * span.name().size() +
                 2 * span.remote_service_name().size();
    }
    return bytes;
}

std::size_t span_bytes_bound_min() noexcept { return kSpanBytes + sizeof(model::SpanRow); }

std::size_t bytes_bound(const IncomingTrace& incoming) noexcept {
    std::size_t bytes = kTraceBytes + incoming.spans->size_bytes();
    for (const model::Span& span : *incoming.spans) {
        bytes += kSpanBytes + 2 * span.local_service_name().size() + span.name().size() +
                 span.remote_service_name().size();
    }
    return bytes;
}

}  // namespace clew::storage
