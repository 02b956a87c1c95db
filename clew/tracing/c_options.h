// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a person decides about the tracing of one program, for C (tracing_options.h is the same for
// C++): begun by clew_options_init(), changed field by field, given to clew_tracer_create(), which
// copies what it keeps. New fields come at the end, so that a program goes on working with a newer
// library.
//
// Threads: a plain value.

#include <stdint.h>

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What is left as clew_options_init() makes it comes from the environment (name in brackets), then
// from the default, which follows. Texts end in a zero byte and are copied. An endpoint is
// scribe://host:port (port 9410 when left out) or http://host:port/path (9411, /api/v2/spans).
// Headers are a list with commas of b3multi, b3, tracecontext and baggage, or none. trust_inbound
// says what a caller decides: all; ids: its trace goes on, but the sampler here is asked; no: every
// request begins a new trace.
typedef struct clew_options {
    size_t size;                 // set by clew_options_init(): which version of this struct it is
    const char* service_name;    // [CLEW_SERVICE_NAME, OTEL_SERVICE_NAME] required
    const char* endpoint;        // [CLEW_ENDPOINT] see below; http://127.0.0.1:9411/api/v2/spans
    const char* local_ip;        // [CLEW_LOCAL_IP] of the service; absent
    const char* propagation;     // [CLEW_PROPAGATION, OTEL_PROPAGATORS] headers sent; "b3multi"
    double sample_rate;          // [CLEW_SAMPLE_RATE] 0 to 1; 1. Below 0: unset
    uint32_t local_port;         // [CLEW_LOCAL_PORT] of the service; 0: absent
    uint32_t trace_id_bits;      // [CLEW_TRACE_ID_BITS] 64 or 128; 64. 0: unset, as below
    uint32_t flush_interval_ms;  // [CLEW_FLUSH_INTERVAL_MS] 1 to 60000; 500
    uint32_t close_timeout_ms;   // [CLEW_CLOSE_TIMEOUT_MS] of clew_tracer_destroy(); 1000
    uint64_t ring_bytes;         // [CLEW_RING_BYTES] finished spans held per thread; 256 KiB
    uint64_t queue_bytes_max;    // [CLEW_QUEUE_BYTES_MAX] encoded spans held unsent; 8 MiB
    int32_t join;                // [CLEW_JOIN] 1: server spans share the caller's id; 1. -1: unset
    int32_t ignore_environment;  // 1: read no environment variable; 0
    int32_t gzip;                // [CLEW_GZIP] 1: messages over HTTP are compressed; 1. -1: unset
    const char* extract_order;   // [CLEW_EXTRACT_ORDER] headers read; "b3,b3multi,tracecontext"
    const char* trust_inbound;   // [CLEW_TRUST_INBOUND] "all" (default), "ids" or "no"
    const char* sampler;         // [CLEW_SAMPLER] instead of sample_rate; see sampler_text.h
    const char* tls_ca_file;     // [CLEW_TLS_CA_FILE] of an https collector; the system's
    const char* ring_dir;        // [CLEW_RING_DIR] spans outlive a kill there; absent
} clew_options;

// `size` is sizeof(clew_options), which tells the version that the program was built with.
void clew_options_init(clew_options* options, size_t size);

#ifdef __cplusplus
}
#endif
