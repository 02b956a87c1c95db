/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

// A library that traces through the C face, opened and closed by unload_test.cc: what it exports,
// by name. It has one tracer, or none.
//
// Threads: one at a time.
#define PLUGIN_TRACE "plugin_trace"
#define PLUGIN_END "plugin_end"

// Begins to trace to an endpoint, and finishes a span. 0, or another number.
typedef int plugin_trace_call(const char* endpoint);
// Ends that within a millisecond, whatever is unsent.
typedef void plugin_end_call(void);
