// SPDX-License-Identifier: Apache-2.0
#pragma once

// One WSGI request on its way through the middleware (wsgi.c): a Response stands for start_response
// towards the application and for the body towards the server, because both are called once a
// request and one object is cheaper than two. It ends the span: when it is closed, when the
// application raises, or at the latest when nobody holds it any more.
//
// Threads: those of the server, one at a time for one request.

#include "extension.h"

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        const ModuleState* state;  // of the type's module, which the type keeps
    SpanObject* span;              // strong
    PyObject* start_response;  // the server's, or NULL once it has gone, or when nobody watches it
    PyObject* write;           // the server's, once start_response() has returned one
    PyObject* trace_header;    // str, or NULL
    PyObject* environ;         // of the request, where it is recorded
    PyObject* tags;            // {key of the environ: tag}, or NULL
    PyObject* body;            // the application's, or NULL
    PyObject* iterator;        // of the body, once asked for
    char status[3];            // digits as the application said, or zeros before
    bool has_failed;
    bool has_sent;      // some of the body went out, so that the status did, too
    bool is_exhausted;  // the body has been read to its end
} ResponseObject;

// start_response and trace_header may be NULL. A new reference, or NULL with an exception.
ResponseObject* response_new(
    const ModuleState* state, SpanObject* span, PyObject* start_response, PyObject* trace_header
);

// At its end, the span gets what the environ has at the keys of a dict, under its values, and the
// route that a router has left in the environ. tags may be NULL.
void response_tag_later(ResponseObject* self, PyObject* environ, PyObject* tags);

// What the server gets for a body: a new reference, or NULL with an exception; the body's is
// stolen.
PyObject* response_of(ResponseObject* self, PyObject* body);
// As response_of(), of a body with a length.
PyObject* response_of_sized(ResponseObject* self, PyObject* body);
// The body itself, which ends the span when it is closed, or when it cannot be told to, at once.
PyObject* response_of_file(ResponseObject* self, PyObject* body);

// What the application calls: start_response(status, headers, reason) and write(bytes).
PyObject* response_call(ResponseObject* self, PyObject* args, PyObject* keywords);
PyObject* response_write(ResponseObject* self, PyObject* bytes);

// Tells the span why the request failed; what follows from the first reason is not another.
void response_tell_failure(ResponseObject* self, PyObject* error);
// Tells the span about the exception that is on its way, which stays set.
void response_failing(ResponseObject* self);
// Tells the span about the status, and ends it; the second time it does nothing.
void response_finish(ResponseObject* self);
