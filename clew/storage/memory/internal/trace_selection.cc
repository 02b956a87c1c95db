// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/trace_selection.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

#include "clew/trace/trace_match.h"

namespace clew::storage {

namespace {

std::int64_t window_begin_ms(const trace::TraceQuery& query) noexcept {
    return (query.end_ts - query.lookback).count();
}

// Of the spans inside the window; nothing when there is none.
std::optional<std::int64_t> newest_in_window(
    const std::vector<model::Span>& spans, const trace::TraceQuery& query
) noexcept {
    std::optional<std::int64_t> newest;
    for (const model::Span& span : spans) {
        const std::int64_t ms = span.timestamp().us / 1000;
        if (ms < window_begin_ms(query) || ms > query.end_ts.count()) continue;
        if (!newest || ms > *newest) newest = ms;
    }
    return newest;
}

}  // namespace

StoredTrace only_of(const model::TraceId& id, const StoredTrace& trace) {
    StoredTrace only;
    std::ranges::copy_if(trace.spans, std::back_inserter(only.spans), [&](const auto& span) {
        return span.trace_id() == id;
    });
    if (!only.spans.empty()) only.batches = trace.batches;
    return only;
}

std::vector<StoredTrace> split_by_full_id(StoredTrace trace) {
    std::vector<StoredTrace> parts;
    const auto is_like_first = [&](const model::Span& span) {
        return span.trace_id() == trace.spans.front().trace_id();
    };
    if (std::ranges::all_of(trace.spans, is_like_first)) {
        parts.push_back(std::move(trace));
        return parts;
    }
    std::unordered_map<model::TraceId, std::size_t> index;
    for (const model::Span& span : trace.spans) {
        const auto [place, is_new] = index.try_emplace(span.trace_id(), parts.size());
        if (is_new) parts.push_back({{}, trace.batches});
        parts[place->second].spans.push_back(span);
    }
    return parts;
}

TraceSelection::TraceSelection(const trace::TraceQuery& query, bool strict_trace_id)
    : query_(query), strict_trace_id_(strict_trace_id) {}

void TraceSelection::offer(std::uint64_t trace, Segments segments) {
    std::vector<model::Span> spans = spans_of(segments);
    const auto newest = newest_in_window(spans, query_);
    if (!newest) return;
    Found found{*newest, trace, {}};
    const bool is_full = found_.size() >= query_.limit;
    if (is_full && !found.is_better_than(found_.front())) return;
    found.traces = matching(std::move(spans), std::move(segments));
    if (found.traces.empty()) return;
    const auto better = [](const Found& a, const Found& b) { return a.is_better_than(b); };
    if (is_full) {
        std::ranges::pop_heap(found_, better);
        found_.pop_back();
    }
    found_.push_back(std::move(found));
    std::ranges::push_heap(found_, better);
}

std::vector<StoredTrace> TraceSelection::matching(std::vector<model::Span> spans, Segments segments)
    const {
    std::vector<StoredTrace> traces;
    if (!trace::trace_matches(spans, query_)) return traces;
    StoredTrace whole{std::move(spans), std::move(segments)};
    if (!strict_trace_id_) {
        traces.push_back(std::move(whole));
        return traces;
    }
    traces = split_by_full_id(std::move(whole));
    if (traces.size() > 1) {
        std::erase_if(traces, [&](const StoredTrace& part) {
            return !trace::trace_matches(part.spans, query_);
        });
    }
    return traces;
}

bool TraceSelection::is_settled(std::int64_t newest_bound_ms) const noexcept {
    return found_.size() >= query_.limit && found_.front().newest_ms > newest_bound_ms;
}

std::vector<StoredTrace> TraceSelection::take() {
    std::ranges::sort(found_, [](const Found& a, const Found& b) { return a.is_better_than(b); });
    std::vector<StoredTrace> traces;
    for (Found& found : found_) {
        for (StoredTrace& part : found.traces) {
            if (traces.size() < query_.limit) traces.push_back(std::move(part));
        }
    }
    found_.clear();
    return traces;
}

}  // namespace clew::storage
