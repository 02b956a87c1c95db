// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lets bench/run.py count instructions exactly: with CLEW_BENCH_ITERATIONS=n in the environment a
// benchmark runs n times and no more, so two runs under callgrind differ by the loop alone.
// Without it Google Benchmark decides. A template, so that this header needs no Google Benchmark.
//
//     BENCHMARK(decode)->Apply(testing::fixed_iterations);
//
// Threads: called before main().

#include <cstdlib>

namespace clew::testing {

template <typename Benchmark>
void fixed_iterations(Benchmark* benchmark) {
    if (const char* count = std::getenv("CLEW_BENCH_ITERATIONS")) {
        benchmark->Iterations(std::strtoll(count, nullptr, 10));
    }
}

}  // namespace clew::testing
