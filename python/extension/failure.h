// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why a span failed, and what a web framework knows about its request: where an exception was
// raised (error.stack), the cause that a framework answers by itself, kept until the response has
// its status, and the route that matched (route.c).
//
// Threads: as for the span.

#include "extension.h"

// Tags the span with it; does nothing for NULL.
void span_tell_stack(SpanObject* self, PyObject* stack);
// Where an exception was raised, as a str; NULL without an exception where stacks are not recorded.
PyObject* span_stack_of(const SpanObject* self, PyObject* error);
// Tags the span as failed by its response's status (5xx): with what set_cause() was told, or else
// with the status.
void span_tell_failed_status(SpanObject* self, clew_text status);
// Lets Python name the span by the arguments that the WSGI environ's router has left there
// (wsgiorg.routing_args), if any, before the span ends. An exception that is on its way stays set.
void span_tell_routed(SpanObject* self, PyObject* environ);
// Forgets what set_cause() was told.
void span_clear_cause(SpanObject* self);
// Span.error(), Span.set_route(), Span.set_cause(), Span.error_status().
PyObject* span_error(SpanObject* self, PyObject* const* args, Py_ssize_t count);
PyObject* span_set_route(SpanObject* self, PyObject* const* args, Py_ssize_t count);
PyObject* span_set_cause(SpanObject* self, PyObject* error);
PyObject* span_error_status(SpanObject* self, PyObject* status);
extern const char error_doc[];
extern const char set_route_doc[];
extern const char set_cause_doc[];
extern const char error_status_doc[];
