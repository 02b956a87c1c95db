// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/internal/unload_test_plugin.h"

#include "clew/tracing/c.h"

#define EXPORTED __attribute__((visibility("default")))

static clew_tracer* tracer;

EXPORTED plugin_trace_call plugin_trace;
EXPORTED plugin_end_call plugin_end;

int plugin_trace(const char* endpoint) {
    clew_options options;
    char error[256];
    clew_options_init(&options, sizeof options);
    options.service_name = "plugin";
    options.endpoint = endpoint;
    options.flush_interval_ms = 20;
    options.close_timeout_ms = 1;
    options.ignore_environment = 1;
    tracer = clew_tracer_create(&options, error, sizeof error);
    if (tracer == NULL) return 1;
    clew_span span;
    const clew_context undecided = {0};
    const clew_text name = {"work", 4};
    clew_span_receive(tracer, &span, clew_kind_local, name, &undecided);
    clew_span_finish(&span);
    return 0;
}

void plugin_end(void) {
    clew_tracer_destroy(tracer);
    tracer = NULL;
}
