// SPDX-License-Identifier: Apache-2.0
// Questions: what does storing a span cost (aim: below 2 us), and how long does a person wait for
// the newest traces of a full store, for a trace by id, for the service graph?
#include "clew/storage/memory/memory_storage.h"

#include <chrono>
#include <random>
#include <string>

#include <benchmark/benchmark.h>

#include "clew/model/span_builder.h"

namespace {

using clew::model::SpanBatch;
using clew::storage::MemoryStorage;

constexpr std::size_t kSpansPerTrace = 10;
constexpr std::int64_t kStartUs = 1'700'000'000'000'000;

// Traces of ten spans over five services, a CLIENT and a SERVER half per call, eight tags each.
SpanBatch make_traces(std::uint64_t first, std::size_t traces) {
    clew::model::SpanBuilder builder;
    for (std::uint64_t trace = first; trace < first + traces; ++trace) {
        for (std::size_t i = 0; i < kSpansPerTrace; ++i) {
            clew::model::SpanRow& row = builder.start_span();
            row.trace_id = {0, (trace + 1) * 0x9e37'79b9'7f4a'7c15ULL};
            row.id = {i / 2 + 1};
            row.parent_id = {i / 2};
            row.kind = i % 2 == 0 ? clew::model::Kind::client : clew::model::Kind::server;
            row.shared = i % 2 == 1;
            row.timestamp = {kStartUs + static_cast<std::int64_t>(trace * 1000 + i * 50), 0};
            row.duration = {static_cast<std::int64_t>(1000 - i * 50), 0};
            row.name = builder.copy("get /api/" + std::to_string(trace % 40));
            builder.set_local_endpoint(
                {builder.copy("service-" + std::to_string((i + 1) / 2)), {}, {}, 8080}
            );
            for (int tag = 0; tag < 8; ++tag) {
                builder.add_tag(
                    builder.copy("http.header." + std::to_string(tag)),
                    clew::model::Value(builder.copy("value " + std::to_string(trace % 1000)))
                );
            }
        }
    }
    return builder.finish();
}

std::unique_ptr<MemoryStorage> make_storage(std::uint64_t spans_max) {
    clew::storage::MemoryOptions options;
    options.spans_max = spans_max;
    options.bytes_max = 8ULL << 30;
    return MemoryStorage::create(options).value();
}

void accept(MemoryStorage& storage, SpanBatch batch) {
    storage.accept(std::move(batch), [](const clew::Expected<void>& result) { result.value(); });
}

std::unique_ptr<MemoryStorage> full_storage(std::uint64_t spans) {
    auto storage = make_storage(spans);
    for (std::uint64_t trace = 0; trace < spans / kSpansPerTrace; trace += 100) {
        accept(*storage, make_traces(trace, 100));
    }
    return storage;
}

// spans_max is reached half-way, so that eviction is part of the price.
void accept_spans(benchmark::State& state) {
    const auto traces = static_cast<std::size_t>(state.range(0));
    auto storage = make_storage(100'000);
    std::uint64_t next = 0;
    for (auto _ : state) {
        state.PauseTiming();
        SpanBatch batch = make_traces(next, traces);
        next += traces;
        state.ResumeTiming();
        accept(*storage, std::move(batch));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(next * kSpansPerTrace));
    state.counters["bytes/span"] =
        static_cast<double>(storage->counts().bytes) / static_cast<double>(storage->counts().spans);
}
BENCHMARK(accept_spans)->Arg(1)->Arg(10)->Arg(100);

// One trace that grows to a hundred thousand spans, one span a batch.
void accept_one_trace(benchmark::State& state) {
    constexpr std::uint64_t kSpans = 100'000;
    for (auto _ : state) {
        auto storage = make_storage(kSpans);
        for (std::uint64_t i = 0; i < kSpans; ++i) {
            clew::model::SpanBuilder builder;
            builder.start_span().trace_id = {0, 1};
            builder.row().id = {i + 1};
            builder.row().timestamp = {kStartUs + static_cast<std::int64_t>(i * 100), 0};
            builder.set_local_endpoint({"service", {}, {}, 0});
            accept(*storage, builder.finish());
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSpans));
}
BENCHMARK(accept_one_trace)->Unit(benchmark::kMillisecond);

clew::trace::TraceQuery newest_ten(std::string service) {
    clew::trace::TraceQuery query;
    query.service_name = std::move(service);
    query.end_ts = std::chrono::milliseconds(kStartUs / 1000 + 10'000'000);
    query.lookback = std::chrono::milliseconds(20'000'000);
    return query;
}

void find_newest(benchmark::State& state) {
    const auto storage = full_storage(static_cast<std::uint64_t>(state.range(0)));
    const auto query = newest_ten("service-3");
    for (auto _ : state)
        benchmark::DoNotOptimize(storage->find_traces(query, clew::QueryContext::unlimited()));
}
BENCHMARK(find_newest)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

// Nothing matches, so that every span of the service is looked at.
void find_what_is_not_there(benchmark::State& state) {
    const auto storage = full_storage(static_cast<std::uint64_t>(state.range(0)));
    auto query = newest_ten("service-3");
    query.annotation_terms.push_back({"http.header.7", "absent"});
    for (auto _ : state)
        benchmark::DoNotOptimize(storage->find_traces(query, clew::QueryContext::unlimited()));
}
BENCHMARK(find_what_is_not_there)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void get_trace(benchmark::State& state) {
    const auto storage = full_storage(1'000'000);
    std::uint64_t trace = 0;
    for (auto _ : state) {
        trace = (trace + 7919) % 100'000;
        benchmark::DoNotOptimize(storage->get_trace(
            {0, (trace + 1) * 0x9e37'79b9'7f4a'7c15ULL}, clew::QueryContext::unlimited()
        ));
    }
}
BENCHMARK(get_trace);

void link_services(benchmark::State& state) {
    const auto storage = full_storage(static_cast<std::uint64_t>(state.range(0)));
    const auto query = newest_ten("");
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            storage->dependencies(query.end_ts, query.lookback, clew::QueryContext::unlimited())
        );
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(link_services)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
