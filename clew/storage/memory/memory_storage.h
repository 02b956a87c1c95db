// SPDX-License-Identifier: Apache-2.0
#pragma once

// Spans in memory: bounded, gone when the program ends, and the reference that says what a search
// means. Semantics and order are those of Zipkin's in-memory storage; unlike it, everything is
// bounded in bytes too, traces leave in the order in which they arrived (not began: what was just
// accepted is kept, however old), and names and completed values go with their last span.
//
// Threads: all of it from anywhere. A batch is stored under one short lock, after it was copied and
// split without. Reads hold the lock only while they collect which spans to look at; matching and
// linking happen outside it. Writers and readers take turns, so neither starves the other.

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/clock.h"
#include "clew/base/counter.h"
#include "clew/base/expected.h"
#include "clew/storage/memory/memory_options.h"
#include "clew/storage/storage.h"

namespace clew::storage {

class SpanTable;
struct IncomingTrace;
struct TimeCandidate;
struct TimeSpan;

class MemoryStorage final : public Storage,
                            public SpanConsumer,
                            public SpanStore,
                            public ServiceAndSpanNames,
                            public AutocompleteTags,
                            public DependencyStore {
public:
    // Errors: invalid_argument, naming the option. Requires: clock outlives the storage.
    static Expected<std::unique_ptr<MemoryStorage>> create(
        MemoryOptions options, const Clock& clock = system_clock()
    );
    ~MemoryStorage() override;
    MemoryStorage(const MemoryStorage&) = delete;
    MemoryStorage& operator=(const MemoryStorage&) = delete;

    SpanConsumer& span_consumer() override { return *this; }
    const SpanStore& span_store() const override { return *this; }
    const ServiceAndSpanNames& service_and_span_names() const override { return *this; }
    const AutocompleteTags& autocomplete_tags() const override { return *this; }
    const DependencyStore& dependency_store() const override { return *this; }
    std::string name() const override { return "InMemoryStorage"; }
    StorageHealth health() const override { return {}; }
    StorageCounts counts() const override;
    std::uint64_t changes() const override { return changes_.value(); }

    // `done` is called before this returns.
    void accept(model::SpanBatch batch, AcceptDone done) override;
    Expected<void> check_fits(const model::SpanBatch& batch) const override;
    std::size_t batch_spans_max() const override;

    Expected<std::vector<StoredTrace>> find_traces(
        const trace::TraceQuery& query, const QueryContext& context
    ) const override;
    Expected<StoredTrace> get_trace(const model::TraceId& id, const QueryContext& context)
        const override;
    Expected<std::vector<StoredTrace>> get_traces(
        std::span<const model::TraceId> ids, const QueryContext& context
    ) const override;

    Expected<std::vector<std::string>> service_names(const QueryContext& context) const override;
    Expected<std::vector<std::string>> span_names(
        std::string_view service_name, const QueryContext& context
    ) const override;
    Expected<std::vector<std::string>> remote_service_names(
        std::string_view service_name, const QueryContext& context
    ) const override;

    Expected<std::vector<std::string>> keys() const override;
    Expected<std::vector<std::string>> values(std::string_view key, const QueryContext& context)
        const override;

    Expected<std::vector<model::DependencyLink>> dependencies(
        std::chrono::milliseconds end_ts,
        std::chrono::milliseconds lookback,
        const QueryContext& context
    ) const override;

private:
    using Batches = std::vector<std::shared_ptr<const model::SpanBatch>>;
    // Gets a trace that may have spans in the window; false: enough.
    using Visit = std::function<bool(const TimeCandidate&, Batches&&)>;

    MemoryStorage(MemoryOptions options, const Clock& clock);

    Expected<void> store(model::SpanBatch batch);
    Expected<void> check_bytes(const std::vector<IncomingTrace>& incoming) const;
    std::shared_lock<std::shared_mutex> read_lock() const;
    std::unique_lock<std::shared_mutex> write_lock() const;
    // Every trace that the service (empty: any) has in the window, once, by falling bound on how
    // new its spans are.
    void walk(std::string_view service, const TimeSpan& window, const Visit& visit) const;
    std::vector<TimeCandidate> candidates(
        std::string_view service, const TimeSpan& window, std::size_t count_max
    ) const;
    std::vector<TimeCandidate> all_traces() const;
    bool visit_all(std::span<const TimeCandidate> candidates, const Visit& visit) const;

    const MemoryOptions options_;
    const Clock& clock_;
    // Whoever waits for the table holds the turnstile, so that a stream of readers lets a waiting
    // writer in.
    mutable std::mutex turnstile_;
    mutable std::shared_mutex table_mutex_;
    std::unique_ptr<SpanTable> table_;
    Counter changes_;
};

}  // namespace clew::storage
