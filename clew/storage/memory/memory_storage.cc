// SPDX-License-Identifier: Apache-2.0
#include "clew/storage/memory/memory_storage.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <new>
#include <unordered_set>
#include <utility>

#include "clew/storage/memory/internal/span_table.h"
#include "clew/storage/memory/internal/trace_selection.h"
#include "clew/trace/dependency_linker.h"

namespace clew::storage {

namespace {

// Traces looked at between two locks, and before all candidates of a window are listed: most
// searches for the newest ten end there.
constexpr std::size_t kTracesPerLock = 128;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

TimeSpan window_of(std::chrono::milliseconds end_ts, std::chrono::milliseconds lookback) {
    return {std::max<std::int64_t>(0, (end_ts - lookback).count()), end_ts.count()};
}

// Spans without a timestamp count as of the beginning of time, as in Zipkin.
bool has_span_in(const TimeSpan& window, std::span<const model::Span> spans) {
    return std::ranges::any_of(spans, [&](const model::Span& span) {
        const std::int64_t ms = span.timestamp().us / 1000;
        return ms >= window.oldest_ms && ms <= window.newest_ms;
    });
}

std::size_t span_count(const Segments& segments) noexcept {
    std::size_t count = 0;
    for (const auto& segment : segments) count += segment->size();
    return count;
}

// Throws bad_alloc here, where nothing has changed yet, when there is too little memory for what
// inserting will ask for in small pieces.
void ensure_memory_for_indexes(const std::vector<IncomingTrace>& incoming) {
    std::size_t bytes = 0;
    for (const IncomingTrace& trace : incoming) {
        bytes += bytes_bound(trace) - trace.spans->size_bytes();
    }
    ::operator delete(::operator new(bytes));
}

Error exceeds(std::string_view what, std::uint64_t size, std::string_view limit_name) {
    return {
        Code::limit_exceeded,
        "a batch of " + std::to_string(size) + " " + std::string(what) + " is larger than " +
            std::string(limit_name)};
}

}  // namespace

Expected<std::unique_ptr<MemoryStorage>> MemoryStorage::create(
    MemoryOptions options, const Clock& clock
) {
    if (options.spans_max == 0) return Error{Code::invalid_argument, "spans_max must be above 0"};
    if (options.bytes_max == 0) return Error{Code::invalid_argument, "bytes_max must be above 0"};
    return std::unique_ptr<MemoryStorage>(new MemoryStorage(std::move(options), clock));
}

MemoryStorage::MemoryStorage(MemoryOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), table_(std::make_unique<SpanTable>(options_)) {}

MemoryStorage::~MemoryStorage() = default;

std::shared_lock<std::shared_mutex> MemoryStorage::read_lock() const {
    const std::lock_guard turn(turnstile_);
    return std::shared_lock(table_mutex_);
}

std::unique_lock<std::shared_mutex> MemoryStorage::write_lock() const {
    const std::lock_guard turn(turnstile_);
    return std::unique_lock(table_mutex_);
}

StorageCounts MemoryStorage::counts() const {
    const auto lock = read_lock();
    return table_->counts();
}

void MemoryStorage::accept(model::SpanBatch batch, AcceptDone done) {
    done(store(std::move(batch)));
}

Expected<void> MemoryStorage::store(model::SpanBatch batch) {
    if (batch.empty()) return {};
    if (batch.size() > options_.spans_max) return exceeds("spans", batch.size(), "spans_max");
    std::vector<IncomingTrace> incoming = split_by_trace(batch);
    std::uint64_t repeated = batch.size();
    batch = {};  // its memory is not needed any more, and not part of the bound
    for (const IncomingTrace& trace : incoming) repeated -= trace.spans->size();
    if (Expected<void> fits = check_bytes(incoming); !fits) return fits;
    ensure_memory_for_indexes(incoming);
    const std::int64_t arrival_us = clock_.wall_now().count();
    const auto lock = write_lock();
    table_->insert(std::move(incoming), arrival_us, repeated);
    changes_.add();
    return {};
}

Expected<void> MemoryStorage::check_bytes(const std::vector<IncomingTrace>& incoming) const {
    std::uint64_t bytes = 0;
    for (const IncomingTrace& trace : incoming) bytes += bytes_bound(trace);
    if (bytes > options_.bytes_max) return exceeds("bytes", bytes, "bytes_max");
    return {};
}

Expected<void> MemoryStorage::check_fits(const model::SpanBatch& batch) const {
    if (batch.size() > options_.spans_max) return exceeds("spans", batch.size(), "spans_max");
    if (bytes_bound_max(batch) <= options_.bytes_max) return {};
    return check_bytes(split_by_trace(batch));
}

std::size_t MemoryStorage::batch_spans_max() const {
    const std::uint64_t by_bytes = options_.bytes_max / span_bytes_bound_min();
    return static_cast<std::size_t>(std::min(options_.spans_max, by_bytes));
}

std::vector<TimeCandidate> MemoryStorage::candidates(
    std::string_view service, const TimeSpan& window, std::size_t count_max
) const {
    const auto lock = read_lock();
    const TimeIndex* traces = service.empty() ? &table_->traces() : table_->traces_of(service);
    if (traces == nullptr) return {};
    return traces->find(window, count_max);
}

// By their beginnings, those without timestamps too.
std::vector<TimeCandidate> MemoryStorage::all_traces() const {
    std::vector<BegunTrace> begun;
    {
        const auto lock = read_lock();
        begun = table_->all_traces();
    }
    std::ranges::sort(begun);
    std::vector<TimeCandidate> all;
    all.reserve(begun.size());
    for (const BegunTrace& one : begun) all.push_back({one.trace, 0});
    return all;
}

bool MemoryStorage::visit_all(std::span<const TimeCandidate> candidates, const Visit& visit) const {
    std::vector<Batches> batches;
    while (!candidates.empty()) {
        const auto part = candidates.first(std::min(candidates.size(), kTracesPerLock));
        batches.clear();
        {
            const auto lock = read_lock();
            for (const TimeCandidate& candidate : part) {
                const TraceRecord* record = table_->find(candidate.trace);
                batches.push_back(record == nullptr ? Batches() : record->segments());
            }
        }
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!visit(part[i], std::move(batches[i]))) return false;
        }
        candidates = candidates.subspan(part.size());
    }
    return true;
}

void MemoryStorage::walk(std::string_view service, const TimeSpan& window, const Visit& visit)
    const {
    const auto first = candidates(service, window, kTracesPerLock);
    if (!visit_all(first, visit) || first.size() < kTracesPerLock) return;
    // A trace that grows moves in the index, so that continuing where the first part ended might
    // miss one: the rest is taken from one look at all.
    std::unordered_set<std::uint64_t> seen;
    for (const TimeCandidate& candidate : first) seen.insert(candidate.trace);
    auto rest = candidates(service, window, kAll);
    std::erase_if(rest, [&](const TimeCandidate& candidate) {
        return seen.contains(candidate.trace);
    });
    visit_all(rest, visit);
}

Expected<std::vector<StoredTrace>> MemoryStorage::find_traces(
    const trace::TraceQuery& query, const QueryContext& context
) const {
    if (!options_.search_enabled || query.limit == 0) return std::vector<StoredTrace>();
    TraceSelection selection(query, options_.strict_trace_id);
    QueryMeter meter(context);
    walk(
        query.service_name,
        window_of(query.end_ts, query.lookback),
        [&](const TimeCandidate& candidate, Batches&& batches) {
            if (selection.is_settled(candidate.newest_bound_ms)) return false;
            if (!meter.may_go_on(span_count(batches))) return false;
            selection.offer(candidate.trace, std::move(batches));
            return true;
        }
    );
    if (!meter.verdict()) return meter.verdict().error();
    return selection.take();
}

Expected<StoredTrace> MemoryStorage::get_trace(
    const model::TraceId& id, const QueryContext& context
) const {
    if (Expected<void> wanted = context.check(); !wanted) return std::move(wanted).error();
    StoredTrace trace;
    {
        const auto lock = read_lock();
        const TraceRecord* record = table_->find(id.low);
        if (record == nullptr) return trace;
        trace.batches = record->segments();
    }
    trace.spans = spans_of(trace.batches);
    return options_.strict_trace_id ? only_of(id, trace) : trace;
}

Expected<std::vector<StoredTrace>> MemoryStorage::get_traces(
    std::span<const model::TraceId> ids, const QueryContext& context
) const {
    std::vector<StoredTrace> traces;
    std::unordered_set<model::TraceId> seen;
    for (const model::TraceId& id : ids) {
        const model::TraceId key = options_.strict_trace_id ? id : model::TraceId{0, id.low};
        if (!seen.insert(key).second) continue;
        auto trace = get_trace(id, context);
        if (!trace) return std::move(trace).error();
        if (!trace->spans.empty()) traces.push_back(*std::move(trace));
    }
    return traces;
}

Expected<std::vector<std::string>> MemoryStorage::service_names(const QueryContext& context) const {
    if (Expected<void> wanted = context.check(); !wanted) return std::move(wanted).error();
    const auto lock = read_lock();
    return table_->names().service_names();
}

Expected<std::vector<std::string>> MemoryStorage::span_names(
    std::string_view service_name, const QueryContext& context
) const {
    if (Expected<void> wanted = context.check(); !wanted) return std::move(wanted).error();
    const auto lock = read_lock();
    const ServiceEntry* service = table_->names().find(service_name);
    return service == nullptr ? std::vector<std::string>() : service->span_names.names();
}

Expected<std::vector<std::string>> MemoryStorage::remote_service_names(
    std::string_view service_name, const QueryContext& context
) const {
    if (Expected<void> wanted = context.check(); !wanted) return std::move(wanted).error();
    const auto lock = read_lock();
    const ServiceEntry* service = table_->names().find(service_name);
    return service == nullptr ? std::vector<std::string>() : service->remote_services.names();
}

Expected<std::vector<std::string>> MemoryStorage::keys() const {
    const auto lock = read_lock();
    return table_->names().autocomplete_keys();
}

Expected<std::vector<std::string>> MemoryStorage::values(
    std::string_view key, const QueryContext& context
) const {
    if (Expected<void> wanted = context.check(); !wanted) return std::move(wanted).error();
    const auto lock = read_lock();
    return table_->names().autocomplete_values(key);
}

Expected<std::vector<model::DependencyLink>> MemoryStorage::dependencies(
    std::chrono::milliseconds end_ts,
    std::chrono::milliseconds lookback,
    const QueryContext& context
) const {
    const TimeSpan window = window_of(end_ts, lookback);
    trace::DependencyLinker linker;
    QueryMeter meter(context);
    const Visit visit = [&](const TimeCandidate&, Batches&& batches) {
        if (!meter.may_go_on(span_count(batches))) return false;
        const std::vector<model::Span> spans = spans_of(batches);
        if (has_span_in(window, spans)) linker.add_trace(spans);
        return true;
    };
    if (window.oldest_ms > 0) {
        visit_all(candidates({}, window, kAll), visit);
    } else {
        visit_all(all_traces(), visit);
    }
    if (!meter.verdict()) return meter.verdict().error();
    return linker.take_links();
}

}  // namespace clew::storage
