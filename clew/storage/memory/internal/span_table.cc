// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/internal/span_table.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include "clew/base/assert.h"
#include "clew/storage/memory/internal/heap_bytes.h"

namespace clew::storage {

SpanTable::SpanTable(const MemoryOptions& options)
    : options_(options), names_(options.autocomplete_keys) {}

void SpanTable::insert(
    std::vector<IncomingTrace> incoming, std::int64_t arrival_us, std::uint64_t repeated
) {
    ++inserts_;
    std::uint64_t spans = 0;
    std::uint64_t bytes = 0;
    for (const IncomingTrace& trace : incoming) {
        spans += trace.spans->size();
        bytes += bytes_bound(trace);
        const auto known = traces_.find(trace.trace);
        if (known != traces_.end()) known->second.last_insert = inserts_;
    }
    make_room(spans, bytes, true);
    const StorageCounts before = counts_;
    try {
        for (IncomingTrace& trace : incoming) insert_trace(std::move(trace), arrival_us);
    } catch (const std::bad_alloc&) {
        counts_ = before;
        forget_all();
        throw;
    }
    counts_.spans_repeated += repeated;
    // Tables that grew with a large trace may have taken more than was foreseen.
    make_room(0, 0, false);
}

void SpanTable::forget_all() noexcept {
    counts_.spans_evicted_for_bytes += counts_.spans;
    counts_.spans = 0;
    by_arrival_.clear();
    by_time_.clear();
    names_.clear();
    traces_.clear();
    trace_bytes_ = 0;
}

const TraceRecord* SpanTable::find(std::uint64_t trace) const {
    const auto found = traces_.find(trace);
    return found == traces_.end() ? nullptr : &found->second;
}

std::vector<BegunTrace> SpanTable::all_traces() const {
    std::vector<BegunTrace> all;
    all.reserve(traces_.size());
    for (const auto& [trace, record] : traces_) all.push_back({record.began_us(), trace});
    return all;
}

const TimeIndex* SpanTable::traces_of(std::string_view service) const {
    const ServiceEntry* entry = names_.find(service);
    return entry == nullptr ? nullptr : &entry->traces;
}

StorageCounts SpanTable::counts() const noexcept {
    StorageCounts counts = counts_;
    counts.traces = traces_.size();
    counts.bytes = bytes();
    return counts;
}

void SpanTable::insert_trace(IncomingTrace incoming, std::int64_t arrival_us) {
    const std::uint64_t trace = incoming.trace;
    const auto [place, is_new] = traces_.try_emplace(trace, arrival_us);
    TraceRecord& record = place->second;
    record.last_insert = inserts_;
    if (is_new) {
        record.first_insert = inserts_;
        by_arrival_.insert({inserts_, trace});
    } else {
        trace_bytes_ -= cost(record);
        std::vector<model::Span> fresh;
        for (std::size_t i = 0; i < incoming.spans->size(); ++i) {
            const model::Span span = (*incoming.spans)[i];
            if (!record.contains(span, incoming.hashes[i])) fresh.push_back(span);
        }
        const std::size_t repeated = incoming.spans->size() - fresh.size();
        counts_.spans_repeated += repeated;
        // Not in place: the spans in `fresh` live in the batch that is replaced.
        if (repeated > 0) incoming = make_incoming(trace, std::move(fresh));
    }
    const std::shared_ptr<const model::SpanBatch> added = incoming.spans;
    if (!added->empty()) {
        counts_.spans += added->size();
        record.append(std::move(incoming));
        if (options_.search_enabled) index_names(*added, record);
        index_time(trace, record);
    }
    trace_bytes_ += cost(record);
}

void SpanTable::index_names(const model::SpanBatch& spans, TraceRecord& record) {
    std::vector<ServiceEntry*> services;
    for (const model::Span& span : spans) {
        ServiceEntry* service = names_.add(span);
        if (service == nullptr || (!services.empty() && services.back() == service)) continue;
        services.push_back(service);
    }
    std::ranges::sort(services);
    services.erase(std::unique(services.begin(), services.end()), services.end());
    std::vector<ServiceEntry*> fresh;
    std::ranges::set_difference(services, record.services, std::back_inserter(fresh));
    if (fresh.empty()) return;
    if (record.time_key) {
        for (ServiceEntry* service : fresh) service->traces.insert(*record.time_key);
    }
    std::vector<ServiceEntry*> all;
    all.reserve(record.services.size() + fresh.size());
    std::ranges::merge(record.services, fresh, std::back_inserter(all));
    record.services = std::move(all);
}

void SpanTable::index_time(std::uint64_t trace, TraceRecord& record) {
    if (!record.time_span()) return;
    const TimeKey key = TimeKey::of(*record.time_span(), trace);
    if (record.time_key == key) return;
    if (record.time_key) {
        by_time_.erase(*record.time_key);
        for (ServiceEntry* service : record.services) service->traces.erase(*record.time_key);
    }
    by_time_.insert(key);
    for (ServiceEntry* service : record.services) service->traces.insert(key);
    record.time_key = key;
}

void SpanTable::make_room(std::uint64_t spans, std::uint64_t bytes, bool may_evict_touched) {
    for (auto first = by_arrival_.begin(); first != by_arrival_.end() && is_over(spans, bytes);) {
        const auto victim = traces_.find(first->trace);
        ++first;
        if (victim->second.last_insert != inserts_) evict(victim, reason_to_evict(spans));
    }
    while (may_evict_touched && !by_arrival_.empty() && is_over(spans, bytes)) {
        evict(traces_.find(by_arrival_.begin()->trace), Reason::own_trace);
    }
}

bool SpanTable::is_over(std::uint64_t spans, std::uint64_t added_bytes) const noexcept {
    return counts_.spans + spans > options_.spans_max || bytes() + added_bytes > options_.bytes_max;
}

SpanTable::Reason SpanTable::reason_to_evict(std::uint64_t spans) const noexcept {
    return counts_.spans + spans > options_.spans_max ? Reason::spans : Reason::bytes;
}

void SpanTable::evict(Traces::iterator victim, Reason reason) {
    CLEW_ASSERT(victim != traces_.end());
    TraceRecord& record = victim->second;
    by_arrival_.erase({record.first_insert, victim->first});
    if (record.time_key) {
        by_time_.erase(*record.time_key);
        for (ServiceEntry* service : record.services) service->traces.erase(*record.time_key);
    }
    if (options_.search_enabled) {
        for (const auto& segment : record.segments()) {
            for (const model::Span& span : *segment) names_.remove(span);
        }
    }
    trace_bytes_ -= cost(record);
    counts_.spans -= record.span_count();
    std::uint64_t& evicted = reason == Reason::spans   ? counts_.spans_evicted_for_spans
                             : reason == Reason::bytes ? counts_.spans_evicted_for_bytes
                                                       : counts_.spans_evicted_of_own_trace;
    evicted += record.span_count();
    traces_.erase(victim);
}

std::uint64_t SpanTable::bytes() const noexcept {
    return trace_bytes_ + names_.bytes() + traces_.bucket_count() * sizeof(void*);
}

std::uint64_t SpanTable::cost(const TraceRecord& record) noexcept {
    const std::size_t places = record.time_key ? 1 + record.services.size() : 0;
    return heap_bytes(sizeof(Traces::value_type) + sizeof(void*)) + tree_node_bytes<ArrivalKey>() +
           places * TimeIndex::bytes_per_trace() + record.bytes();
}

}  // namespace clew::storage
