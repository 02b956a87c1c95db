// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names of HTTP tags: those that Zipkin's users know, which are the default, those of
// OpenTelemetry's stable semantic conventions, or both, as the tracer was told when it was made.
// Threads: as extension.h.

#include "extension.h"

enum { conventions_zipkin = 1, conventions_stable = 2 };  // flags; both: each tag twice

// One tag by both names; an empty name: it is left out there.
typedef struct {
    clew_text zipkin;
    clew_text stable;
} HttpTag;

extern const HttpTag http_method_tag;
extern const HttpTag http_path_tag;
extern const HttpTag http_status_tag;

// Tags the span by the names in use. What is tagged so is an HTTP span, whose errors have a type.
void span_tag_http(SpanObject* self, const HttpTag* tag, clew_text value);
// The same for a tag by its Zipkin name; other names stay as they are.
void span_tag_named(SpanObject* self, clew_text name, clew_text value);
// The query of a target as url.query, where that is in use.
void span_tag_query(SpanObject* self, clew_text target);
// Tags the span with the kind of its error: of an exception's text the type in front.
void span_tag_error_type(SpanObject* self, clew_text text, bool is_exception);

// Span.tag_http(), Tracer.use_conventions().
PyObject* span_tag_http_method(SpanObject* self, PyObject* const* args, Py_ssize_t count);
PyObject* tracer_use_conventions(TracerObject* self, PyObject* name);
extern const char tag_http_doc[];
extern const char use_conventions_doc[];
