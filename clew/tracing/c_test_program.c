// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/c_test_program.h"

#include <string.h>

#include "clew/tracing/c.h"
#include "clew/tracing/c_propagation.h"

#define CHECK(condition)                   \
    do {                                   \
        if (!(condition)) return __LINE__; \
    } while (0)

struct headers {
    char names[8][32];
    char values[8][64];
    int count;
};

static clew_text text(const char* string) {
    const clew_text made = {string, strlen(string)};
    return made;
}

static int get(void* carrier, clew_text name, clew_text* value) {
    (void)carrier;
    if (name.size != 2 || memcmp(name.text, "b3", 2) != 0) return 0;
    *value = text("00000000000000aa-00000000000000bb-1");
    return 1;
}

static int set(void* carrier, clew_text name, clew_text value) {
    struct headers* headers = carrier;
    if (headers->count == 8 || name.size > 31 || value.size > 63) return 1;
    memcpy(headers->names[headers->count], name.text, name.size);
    memcpy(headers->values[headers->count], value.text, value.size);
    headers->count++;
    return 0;
}

static int refuse(void* carrier, clew_text name, clew_text value) {
    (void)carrier;
    (void)name;
    (void)value;
    return 1;
}

static const char* find(const struct headers* headers, const char* name) {
    for (int i = 0; i < headers->count; ++i) {
        if (strcmp(headers->names[i], name) == 0) return headers->values[i];
    }
    return "";
}

static int call_next_service(clew_tracer* tracer, const clew_context* parent) {
    clew_span span;
    clew_context context;
    struct headers headers;
    memset(&headers, 0, sizeof headers);
    clew_span_start(tracer, &span, clew_kind_client, text("Get"), parent);
    clew_span_context(&span, &context);
    CHECK(context.trace_id_low == 0xaa && context.parent_id == 0xbb && context.span_id != 0xbb);
    CHECK(clew_inject(tracer, &context, NULL, set, &headers) == 1);
    CHECK(strcmp(find(&headers, "X-B3-TraceId"), "00000000000000aa") == 0);
    CHECK(strcmp(find(&headers, "X-B3-ParentSpanId"), "00000000000000bb") == 0);
    CHECK(strcmp(find(&headers, "X-B3-Sampled"), "1") == 0);
    CHECK(clew_inject(tracer, &context, NULL, refuse, &headers) == 0);
    clew_span_remote(&span, text("store"), text("10.0.0.9"), 5432);
    clew_span_error(&span, text("timeout"));
    clew_span_finish(&span);
    clew_span_finish(&span);
    return 0;
}

static int answer_request(clew_tracer* tracer) {
    clew_context received;
    clew_context context;
    clew_span span;
    CHECK(clew_extract(tracer, get, NULL, &received, NULL) == clew_extracted_context);
    CHECK(received.trace_id_low == 0xaa && received.span_id == 0xbb);
    CHECK(received.flags == (clew_context_decided | clew_context_sampled));
    clew_span_receive(tracer, &span, clew_kind_server, text("post"), &received);
    CHECK(clew_span_is_sampled(&span) == 1);
    clew_span_context(&span, &context);
    CHECK(context.span_id == 0xbb && (context.flags & clew_context_shared) != 0);
    clew_span_set_name(&span, text("post /thumb"));
    clew_span_tag(&span, text("http.path"), text("/thumb"));
    clew_span_annotate(&span, text("cache miss"), 0);
    clew_span_annotate(&span, text("long ago"), 1500000000000000);
    clew_span_local(&span, text("10.0.0.1"), 8080);
    const int failed = call_next_service(tracer, &context);
    clew_span_finish(&span);
    CHECK(clew_span_is_sampled(&span) == 0);
    return failed;
}

static int check_stats(clew_tracer* tracer) {
    clew_stats stats;
    clew_tracer_stats(tracer, &stats);
    CHECK(stats.finished == 2 && stats.sent == 2 && stats.queued == 0);
    CHECK(stats.messages_sent >= 1);
    for (unsigned i = 0; i < clew_drop_reasons; ++i) CHECK(stats.dropped[i] == 0);
    CHECK(strcmp(clew_drop_reason_name(clew_drop_no_memory), "no_memory") == 0);
    CHECK(strcmp(clew_drop_reason_name(clew_drop_open_spans), "open_spans") == 0);
    CHECK(clew_drop_reason_name(clew_drop_open_spans + 1) == NULL);
    return 0;
}

int trace_one_request_in_c(const char* endpoint) {
    char error[200] = "untouched";
    clew_options options;
    clew_options_init(&options, sizeof options);
    options.service_name = "Thumbs";
    options.ignore_environment = 1;
    options.endpoint = "nonsense";
    CHECK(clew_tracer_create(&options, error, sizeof error) == NULL);
    CHECK(strstr(error, "'nonsense' begins neither") != NULL);
    CHECK(clew_tracer_create(&options, NULL, 0) == NULL);
    options.endpoint = endpoint;
    clew_tracer* tracer = clew_tracer_create(&options, error, sizeof error);
    CHECK(tracer != NULL);
    int failed = answer_request(tracer);
    if (failed == 0) failed = clew_tracer_flush(tracer, 15000) == 1 ? 0 : __LINE__;
    if (failed == 0) failed = check_stats(tracer);
    clew_tracer_last_error(tracer, error, sizeof error);
    if (failed == 0 && error[0] != '\0') failed = __LINE__;
    clew_tracer_destroy(tracer);
    return failed;
}

int use_nothing_in_c(void) {
    clew_span span;
    clew_context context;
    clew_stats stats;
    char sentence[8] = "full";
    memset(&span, 0, sizeof span);
    clew_span_tag(&span, text("k"), text("v"));
    clew_span_finish(&span);
    clew_span_abandon(NULL);
    clew_span_orphan(NULL);
    CHECK(clew_span_is_sampled(&span) == 0);
    clew_span_context(&span, &context);
    CHECK(context.trace_id_low == 0 && context.flags == 0);
    clew_span_start(NULL, &span, clew_kind_client, text("n"), NULL);
    clew_span_start(NULL, NULL, clew_kind_client, text("n"), NULL);
    clew_span_tag(&span, text("k"), text("v"));
    clew_span_finish(&span);
    CHECK(clew_inject(NULL, &context, NULL, set, NULL) == 0);
    CHECK(clew_extract(NULL, get, NULL, &context, NULL) == 0);
    CHECK(clew_tracer_flush(NULL, 1) == 1);
    CHECK(clew_tracer_rest(NULL, 1) == 1);
    clew_tracer_stats(NULL, &stats);
    CHECK(stats.finished == 0);
    clew_tracer_last_error(NULL, sentence, sizeof sentence);
    CHECK(sentence[0] == '\0');
    clew_tracer_destroy(NULL);
    CHECK(strlen(clew_version()) >= 5);
    return 0;
}
