// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lets bench/run.py count instructions exactly: with CLEW_BENCH_ITERATIONS=n in the environment a
// benchmark runs n times and no more, so two runs under callgrind differ by the loop alone.
// Without it Google Benchmark decides.
//
//     BENCHMARK(decode)->Apply(bench::fixed_iterations);
//
// Threads: called before main().

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace clew::bench {

inline void fixed_iterations(benchmark::internal::Benchmark* benchmark) {
    if (const char* count = std::getenv("CLEW_BENCH_ITERATIONS")) {
        benchmark->Iterations(std::strtoll(count, nullptr, 10));
    }
}

}  // namespace clew::bench
