// SPDX-License-Identifier: Apache-2.0
// What do headers cost a request? Reading what a caller sent, in each format, from a carrier that
// looks names up for nothing (the looks themselves are the host's), and writing it again.
#include "clew/propagation/propagation.h"

#include <cstddef>
#include <string_view>

#include <benchmark/benchmark.h>

#include "clew/propagation/composite.h"

namespace clew::propagation {

namespace {

constexpr std::string_view kTrace = "463ac35c9f6413ad";
constexpr std::string_view kSpan = "a2fb4a1d1a96d312";
constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// One value for each header that may be asked for; an empty one is not there.
struct Request {
    std::string_view b3 = {};
    std::string_view trace_id = {};
    std::string_view traceparent = {};
    std::string_view trace_state = {};
    std::string_view baggage = {};

    std::string_view operator()(std::string_view name) const noexcept {
        switch (name.size()) {
            case 2: return b3;
            case 7: return baggage;
            case 10: return name.front() == 't' ? trace_state : std::string_view();
            case 11:
                if (name.front() == 't') return traceparent;
                return trace_id.empty() ? std::string_view() : kSpan;
            case 12: return name.back() == 'd' && name[8] == 'c' ? trace_id : std::string_view();
            default: return {};
        }
    }
};

Composite composite(const FormatList& written) {
    CompositeOptions options;
    options.written = written;
    return Composite(options);
}

void extract(benchmark::State& state, const Request& request) {
    const Composite formats = composite({Format::b3_multi});
    for (auto _ : state) {
        const Extracted out = formats.extract(request);
        benchmark::DoNotOptimize(out.context.span_id.value);
    }
}

void extract_nothing(benchmark::State& state) { extract(state, {}); }
void extract_b3_single(benchmark::State& state) {
    extract(state, {.b3 = "463ac35c9f6413ad-a2fb4a1d1a96d312-1"});
}
void extract_b3_multi(benchmark::State& state) { extract(state, {.trace_id = kTrace}); }
void extract_traceparent(benchmark::State& state) { extract(state, {.traceparent = kTraceparent}); }
void extract_traceparent_with_more(benchmark::State& state) {
    extract(
        state,
        {.traceparent = kTraceparent,
         .trace_state = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
         .baggage = "user=alice,region=north%20west"}
    );
}

void inject(benchmark::State& state, Format format) {
    const Composite formats = composite({format});
    const TraceContext context{{1, 2}, {3}, {4}, Sampling::sampled};
    std::size_t bytes = 0;
    const auto set = [&](std::string_view name, std::string_view value) {
        bytes += name.size() + value.size();
    };
    for (auto _ : state) {
        formats.inject(context, nullptr, set);
        benchmark::DoNotOptimize(bytes);
    }
}

void inject_b3_multi(benchmark::State& state) { inject(state, Format::b3_multi); }
void inject_b3_single(benchmark::State& state) { inject(state, Format::b3_single); }
void inject_traceparent(benchmark::State& state) { inject(state, Format::trace_context); }

BENCHMARK(extract_nothing);
BENCHMARK(extract_b3_single);
BENCHMARK(extract_b3_multi);
BENCHMARK(extract_traceparent);
BENCHMARK(extract_traceparent_with_more);
BENCHMARK(inject_b3_multi);
BENCHMARK(inject_b3_single);
BENCHMARK(inject_traceparent);

}  // namespace

}  // namespace clew::propagation

BENCHMARK_MAIN();
