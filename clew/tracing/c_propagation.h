// SPDX-License-Identifier: Apache-2.0
#pragma once

// Traces in headers, for C: reading what a caller sent, writing it for the next service, and the
// baggage that an application lets travel along. Which headers are read and written is decided by
// the tracer's options. No call here throws, aborts or blocks.
//
//     clew_extract(tracer, get, request, &received, &carried);
//     clew_span_receive(tracer, &span, clew_kind_server, name, &received);
//     clew_span_context(&span, &context);
//     clew_inject(tracer, &context, carried, set, outgoing);
//     clew_carried_release(carried);
//
// Threads: all at once; `get` and `set` run on the caller's.

#include "clew/tracing/c.h"

#ifdef __cplusplus
extern "C" {
#endif

// Looks a header up, ASCII case ignored: 1 and *value (valid until the next call), or 0. Several
// fields of one name are one value, joined with commas. The name's pointer is the same at every
// call for the same header, so that a binding may key a cache by it.
typedef int (*clew_get)(void* carrier, clew_text name, clew_text* value);
// Sets a header; other than 0 stops the injection.
typedef int (*clew_set)(void* carrier, clew_text name, clew_text value);

// What travels beside a context: other tracers' tracestate and the application's baggage. Never
// changes; counted references. NULL, as for most requests, carries nothing.
typedef struct clew_carried clew_carried;
// Both allow NULL. retain returns what it was given.
const clew_carried* clew_carried_retain(const clew_carried* carried);
void clew_carried_release(const clew_carried* carried);

// Bits of what clew_extract() found.
enum {
    clew_extracted_context = 1,   // *received is not all zeros
    clew_extracted_malformed = 2  // some header broke its format and was ignored
};

// Reads what a caller sent: *received is all zeros when nothing valid was there. *carried becomes a
// reference to give back, or NULL; it may be there without a context (baggage alone). With a NULL
// `carried` it is dropped.
int clew_extract(
    clew_tracer* tracer,
    clew_get get,
    void* carrier,
    clew_context* received,
    const clew_carried** carried
);
// Writes the context, and what travels with it, for the next service. 1, or 0 when `set` stopped it
// or there is no trace.
int clew_inject(
    clew_tracer* tracer,
    const clew_context* context,
    const clew_carried* carried,
    clew_set set,
    void* carrier
);

// 1 and a new reference in *changed: as `carried`, with one baggage member of that key, whose value
// is any text. 0 when the key is no HTTP token, or a limit of W3C Baggage (64 members, 8192 bytes)
// would be passed. `carried` stays as it is.
int clew_baggage_set(
    const clew_carried* carried, clew_text key, clew_text value, const clew_carried** changed
);
// As `carried`, without that key: a new reference, or NULL when nothing is left.
const clew_carried* clew_baggage_remove(const clew_carried* carried, clew_text key);
// Calls `visit` for each member, in order, with its value in UTF-8; other than 0 stops.
typedef int (*clew_visit)(void* visitor, clew_text key, clew_text value);
void clew_baggage_visit(const clew_carried* carried, clew_visit visit, void* visitor);

#ifdef __cplusplus
}
#endif
