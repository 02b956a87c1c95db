// SPDX-License-Identifier: Apache-2.0
#pragma once

// The C face as a C program uses it, compiled as C so that the header is proven to be C. Called by
// c_api_test.cc, which owns the collector and looks at what arrives there.
//
// Threads: one at a time.

#ifdef __cplusplus
extern "C" {
#endif

// Traces one request (a server span that received `b3`, a client span below it), flushes and
// destroys the tracer. Returns 0, or the line of the first check that failed.
int trace_one_request_in_c(const char* endpoint);

// What a tracer, a span and a context of nothing do: nothing. Returns as above.
int use_nothing_in_c(void);

#ifdef __cplusplus
}
#endif
