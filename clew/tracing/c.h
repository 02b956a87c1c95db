// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tracing for C and what speaks C: the Python extension, Lua, nginx modules. A program makes one
// tracer, starts a span per piece of work in storage of its own (no allocation per span), says what
// it knows and finishes it; a thread named "clew-report" sends. No call throws, aborts, or waits
// for the network, except where it says "blocks". A null tracer, span or place for a result is
// allowed: nothing is traced or told.
//
// Threads: a tracer by all at once, also while one of them destroys it, and afterwards, when it
// records nothing; a span by one thread at a time, any thread. Open spans may interleave on one
// thread (greenlets): nothing is ambient. Fork: a child drops what it inherited unsent and sends
// its own spans by its own thread; a span open at the fork keeps its context and reports nothing.
// Signals: not from a handler; see clew_drop_in_signal.

#include <stdint.h>

#include <stddef.h>

// Options; and what became of the spans. Headers, and what travels in them: c_propagation.h.
#include "clew/tracing/c_options.h"
#include "clew/tracing/c_stats.h"

#ifdef __cplusplus
extern "C" {
#endif

// Bytes that need no terminator. Copied by whoever keeps them; {NULL, 0} is an empty text.
typedef struct clew_text {
    const char* text;
    size_t size;
} clew_text;

// Taken as an int; a number that is none of these counts as local.
typedef enum clew_kind {
    clew_kind_local = 0,  // work inside one service
    clew_kind_client = 1,
    clew_kind_server = 2,
    clew_kind_producer = 3,
    clew_kind_consumer = 4
} clew_kind;

// Where a piece of work stands in its trace: a plain value to copy, keep and send. All zeros is
// "no trace". Ids are zero and only flags set when a caller sent a decision without ids.
typedef struct clew_context {
    uint64_t trace_id_high;  // 0 for a 64-bit trace id
    uint64_t trace_id_low;
    uint64_t span_id;
    uint64_t parent_id;    // 0: none
    uint32_t flags;        // clew_context_* below
    uint32_t reserved[7];  // copy them too
} clew_context;

enum {
    clew_context_decided = 1,     // somebody has decided about sampling; absent: still open
    clew_context_sampled = 2,     // the decision: record and send
    clew_context_debug = 4,       // record whatever samplers say; implies the two above
    clew_context_shared = 8,      // the span id was received: the server half of a caller's span
    clew_context_random = 16,     // the low 56 bits of the trace id are known to be random
    clew_context_child_only = 32  // received in a format that shares no span ids: start a child
};

// Storage of one span, embedded where the caller likes. All zeros is a span that records nothing
// and needs no end. Once started it may not be moved or copied, and must be finished or abandoned.
#define CLEW_SPAN_BYTES 128
typedef struct clew_span {
#ifdef __cplusplus
    alignas(16) unsigned char opaque[CLEW_SPAN_BYTES];
#else
    _Alignas(16) unsigned char opaque[CLEW_SPAN_BYTES];
#endif
} clew_span;

// NULL when an option is wrong; then `error` (may be NULL) holds one sentence that says which.
// Starts no thread and opens no connection: both happen after the first sampled span has finished.
clew_tracer* clew_tracer_create(const clew_options* options, char* error, size_t error_size);

// Blocks until every span finished before the call is sent or counted as dropped, at most
// timeout_ms. 1: all are; 0: the time ran out.
int clew_tracer_flush(clew_tracer* tracer, uint32_t timeout_ms);

// For before a fork: ends the thread, which starts again with the next span that finishes, or
// flush. Blocks at most timeout_ms, of which half may go into sending what waits. 1: it has ended,
// or never ran; 0: it runs on, because it cannot end in time.
int clew_tracer_rest(clew_tracer* tracer, uint32_t timeout_ms);

// Blocks: flushes within close_timeout_ms, then ends the thread and the tracer; the second time it
// does nothing. Spans that are open, or start later, report nothing. Some 4 KiB of it stay
// for good, so that calls on other threads remain safe.
void clew_tracer_destroy(clew_tracer* tracer);

// Starts a span below `parent`, a context of this process; NULL or all zeros begins a new trace.
void clew_span_start(
    clew_tracer* tracer, clew_span* span, int kind, clew_text name, const clew_context* parent
);
// Starts the span of a request that came with `received` (see clew_extract): a server's joined or
// below it, as the option `join` says, other kinds below it; a new trace when it has no ids, under
// its decision when it has one.
void clew_span_receive(
    clew_tracer* tracer, clew_span* span, int kind, clew_text name, const clew_context* received
);
// The first line of a request. Paths have no query.
typedef struct clew_request {
    clew_text method;
    clew_text path;
} clew_request;
// The same for a server's span, whose request samplers may look at.
void clew_span_receive_request(
    clew_tracer* tracer,
    clew_span* span,
    clew_text name,
    const clew_context* received,
    const clew_request* request
);

// On a span that is not sampled, finished, abandoned or all zeros these do nothing.
void clew_span_set_name(clew_span* span, clew_text name);
void clew_span_tag(clew_span* span, clew_text key, clew_text value);
// at_us: microseconds since the epoch; 0: now.
void clew_span_annotate(clew_span* span, clew_text value, int64_t at_us);
// Marks the span as failed: tag "error" with the message.
void clew_span_error(clew_span* span, clew_text message);
// The other side of the call; each part may be empty or 0. ip is text, v4 or v6.
void clew_span_remote(clew_span* span, clew_text service_name, clew_text ip, uint16_t port);
// Where the span was recorded, when that is not the tracer's local_ip and local_port: a server that
// learns its address from the accepted connection. As for the other side; what is empty stays.
void clew_span_local(clew_span* span, clew_text ip, uint16_t port);
// A span has begun when it is started; at_us says otherwise.
void clew_span_begin_at(clew_span* span, int64_t at_us);
// Ends the span, now or at at_us, and hands it on; the second time it does nothing.
void clew_span_finish(clew_span* span);
void clew_span_finish_at(clew_span* span, int64_t at_us);
// Ends the span and forgets it.
void clew_span_abandon(clew_span* span);
// Gives up a span that nobody ended, when its storage goes: sent without duration and with the
// annotation "clew.flush".
void clew_span_orphan(clew_span* span);

// Valid from the start on, sampled or not, after the end too; all zeros before.
void clew_span_context(const clew_span* span, clew_context* context);
// What an open span that is recorded is called, cut to `size` with its zero byte; else empty.
void clew_span_name(const clew_span* span, char* text, size_t size);
// 1: what is said about the span will be sent.
int clew_span_is_sampled(const clew_span* span);

// "0.1.0"
const char* clew_version(void);

#ifdef __cplusplus
}
#endif
