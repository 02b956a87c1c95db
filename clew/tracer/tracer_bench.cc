// SPDX-License-Identifier: Apache-2.0
// What does a span cost the application? Beside each row stand the floors of the same machine:
// reading the processor's counter, reading the clock, a check for fork(). The goals, as ratios to
// them, are in docs/benchmarks.md.
#include "clew/tracer/tracer.h"

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <benchmark/benchmark.h>

#include "clew/base/concurrent/fork_guard.h"
#include "clew/base/testing/fixed_iterations.h"
#include "clew/tracer/current_trace_context.h"
#include "clew/tracer/internal/tick_reader.h"
#include "clew/tracer/scoped_span.h"

namespace clew::tracer {

namespace {

// As many spans as a ring surely takes; it is emptied outside of the measured time. A run of fewer
// spans, whose instructions are counted, empties nothing.
constexpr int kSpansPerRound = 700;

Tracer make(TickSource ticks, std::shared_ptr<const sampler::Sampler> sampler) {
    TracerOptions options;
    options.service_name = "thumbs";
    options.ticks = ticks;
    options.sampler = std::move(sampler);
    Tracer tracer = Tracer::create(std::move(options)).value();
    // The tracer is as it is in life: the reporter has been told that spans finish.
    tracer.finished_spans().set_wake_up({[](void*, WakeReason) noexcept {}, nullptr});
    return tracer;
}

// 200 bytes of names and values.
void record_six_tags(const Tracer& tracer) {
    Span span = tracer.next_span("get /thumb/{id}", model::Kind::server);
    span.tag("http.method", "GET");
    span.tag("http.path", "/v1/AUTH_test/images/cat.jpg");
    span.tag("http.status_code", "200");
    span.tag("swift.trans_id", "tx0123456789abcdef01234-0056789abc");
    span.tag("device", "sdb1");
    span.tag("partition", "123456");
    span.finish();
}

void drain_all(const Tracer& tracer, benchmark::State& state) {
    model::SpanBuilder builder;
    tracer.finished_spans().drain(builder, kSpansPerRound);
    if (tracer.finished_spans().counts().dropped_total() != 0) state.SkipWithError("dropped");
}

void sampled_with_six_tags(benchmark::State& state, TickSource ticks) {
    const Tracer tracer = make(ticks, nullptr);
    record_six_tags(tracer);  // the thread's ring and its first block
    int waiting = 1;
    for (auto _ : state) {
        record_six_tags(tracer);
        if (++waiting < kSpansPerRound) continue;
        state.PauseTiming();
        drain_all(tracer, state);
        waiting = 0;
        state.ResumeTiming();
    }
}

void sampled_with_six_tags_by_counter(benchmark::State& state) {
    // Where the counter is no clock this is the same as the next one, and says so.
    if (!internal::counter_is_a_clock()) state.SetLabel("by clock: no counter is one here");
    sampled_with_six_tags(state, TickSource::automatic);
}

void sampled_with_six_tags_by_clock(benchmark::State& state) {
    sampled_with_six_tags(state, TickSource::monotonic_clock);
}

// What the drain costs the reporter's thread, per span.
void drain_with_six_tags(benchmark::State& state) {
    const Tracer tracer = make(TickSource::automatic, nullptr);
    while (state.KeepRunningBatch(kSpansPerRound)) {
        state.PauseTiming();
        for (int i = 0; i < kSpansPerRound; ++i) record_six_tags(tracer);
        state.ResumeTiming();
        drain_all(tracer, state);
    }
}

void sampled_out_with_ids(benchmark::State& state) {
    const Tracer tracer = make(TickSource::automatic, std::make_shared<sampler::NeverSampler>());
    for (auto _ : state) {
        Span span = tracer.new_trace("get /thumb/{id}", model::Kind::server);
        span.tag("http.method", "GET");
        span.finish();
        benchmark::DoNotOptimize(span.context());
    }
}

void sampled_out_child(benchmark::State& state) {
    const Tracer tracer = make(TickSource::automatic, std::make_shared<sampler::NeverSampler>());
    const Span request = tracer.new_trace("get /thumb/{id}", model::Kind::server);
    const CurrentScope scope(request.context());
    for (auto _ : state) {
        Span span = tracer.next_span("resize");
        span.tag("w", 640);
        span.finish();
        benchmark::DoNotOptimize(span.is_recording());
    }
}

void floor_counter(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(internal::read_counter());
}

void floor_clock(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(internal::read_clock_ns(CLOCK_MONOTONIC));
}

void floor_fork_check(benchmark::State& state) {
    for (auto _ : state) benchmark::DoNotOptimize(fork_generation());
}

BENCHMARK(sampled_with_six_tags_by_counter)->Apply(clew::testing::fixed_iterations);
BENCHMARK(sampled_with_six_tags_by_clock)->Apply(clew::testing::fixed_iterations);
BENCHMARK(sampled_out_with_ids)->Apply(clew::testing::fixed_iterations);
BENCHMARK(sampled_out_child)->Apply(clew::testing::fixed_iterations);
BENCHMARK(drain_with_six_tags);
BENCHMARK(floor_counter)->Apply(clew::testing::fixed_iterations);
BENCHMARK(floor_clock)->Apply(clew::testing::fixed_iterations);
BENCHMARK(floor_fork_check)->Apply(clew::testing::fixed_iterations);

}  // namespace

}  // namespace clew::tracer

BENCHMARK_MAIN();
