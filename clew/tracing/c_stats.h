// SPDX-License-Identifier: Apache-2.0
#pragma once

// What becomes of a tracer's finished spans, for C: counts, the sentence about the newest failure,
// and a number that says when to look at both.
//
// Threads: all calls from anywhere; none waits.

#include <stdint.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct clew_tracer clew_tracer;

// Why finished spans were not sent; numbers are permanent.
enum {
    clew_drop_ring_full = 0,   // a thread finished spans faster than they were taken away
    clew_drop_queue_full = 1,  // the collector was slow or away for too long
    clew_drop_too_large = 2,   // one span alone passes a bound
    clew_drop_refused = 3,     // the collector said no for good
    clew_drop_unanswered = 4,  // sent, but whether it arrived is unknown: never sent again
    clew_drop_at_close = 5,    // still unsent when the tracer had to end, or finished after it
    clew_drop_threads = 6,     // more threads record at once than there are rings
    clew_drop_no_memory = 7,   // the system gave none
    // Begun or finished by a signal handler that interrupted the tracer. Where one interrupts the
    // allocator it may deadlock.
    clew_drop_in_signal = 8,
    clew_drop_open_spans = 9,  // more spans open at once than the process may have
    clew_drop_reasons = 16     // room for more
};
// "ring_full" ...; NULL for a number that is no reason.
const char* clew_drop_reason_name(uint32_t reason);

enum {
    clew_breaker_closed = 0,    // messages are sent
    clew_breaker_open = 1,      // none is, until a pause is over
    clew_breaker_half_open = 2  // one is: what becomes of it decides
};
// "closed" ...; NULL for a number that is no state.
const char* clew_breaker_name(uint32_t state);

// Since the process (after a fork: since the child) began, also of a tracer that was destroyed.
// Always: finished + recovered = sent + all dropped + queued, exactly. After a flush that returned
// 1 with no span finished meanwhile, and after clew_tracer_destroy(), queued is 0.
typedef struct clew_stats {
    uint64_t finished;  // sampled spans only; the others are not recorded
    uint64_t sent;      // the collector said that it has them
    uint64_t dropped[clew_drop_reasons];
    uint64_t messages_sent;
    uint64_t messages_failed;      // attempts without success; their spans may be sent later
    uint64_t headers_malformed;    // calls of clew_extract() that met headers of broken format
    uint64_t retries;              // attempts at what had failed before
    uint64_t message_bytes;        // of messages_sent, before gzip
    uint64_t written_bytes;        // of messages_sent, as they went over the wire
    uint64_t compression_refused;  // a collector knew no gzip and gets plain messages since
    uint64_t breaker_openings;     // the collector was left alone after failures in a row
    uint32_t breaker;              // whether it is now; clew_breaker_*
    uint32_t failures_in_row;      // messages_failed since the newest success
    uint64_t recovered;            // option ring_dir: spans that a killed process had finished
    uint64_t recovery_damaged;     // spans, or rests of files, of killed processes: unreadable
    uint64_t rings_unfiled;        // threads whose spans would not outlive a kill, for want of room
    uint64_t queued;               // finished, and neither sent nor dropped yet
} clew_stats;
void clew_tracer_stats(clew_tracer* tracer, clew_stats* stats);

// Copies the sentence about the newest failed attempt to send, cut to `size` with its zero byte;
// empty when none failed. For a person who asks why nothing arrives.
void clew_tracer_last_error(clew_tracer* tracer, char* text, size_t size);

// The address of a number that changes when there is something new to say about sending: an attempt
// failed, or works again, or spans were lost. To be read atomically, so seldom or so often as one
// likes; what is new is in the stats. Valid for good; NULL of no tracer.
const uint32_t* clew_tracer_news(const clew_tracer* tracer);

// Where the tracer sends to, without the query of a URL, which may hold a key; and its service's
// name. Valid for good; "" of no tracer.
const char* clew_tracer_endpoint(const clew_tracer* tracer);
const char* clew_tracer_service_name(const clew_tracer* tracer);

#ifdef __cplusplus
}
#endif
