// SPDX-License-Identifier: Apache-2.0
#pragma once

// The Python face of the tracing library: module clew._native, written by hand over the C face
// (clew/tracing/c.h) because a generic binder costs three to five times as much a call. Two types:
// a Tracer, which holds the library's tracer, and a Span, which embeds the storage of one span.
// A Span keeps its Tracer alive, so the library's tracer ends after the last of its spans.
//
// Threads: everything here runs under the interpreter lock; waiting (flush, close) releases it.

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "clew/tracing/c.h"

#define HEADERS_MAX 16  // header names that a tracer may ask for or set, each kept as a str

// A header's name as the library says it, and as Python knows it.
typedef struct {
    const char* text;
    size_t size;
    PyObject* name;  // interned: "X-B3-TraceId" outgoing, "HTTP_X_B3_TRACEID" incoming
} HeaderName;

typedef struct {
    HeaderName entries[HEADERS_MAX];
    size_t count;
} HeaderNames;

typedef struct {
    PyTypeObject* tracer_type;
    PyTypeObject* span_type;
    PyTypeObject* exchange_type;
    PyObject* current;  // ContextVar: the span that the running piece of work belongs to, or None
    PyObject* flush;    // "flush" and so on: interned
    PyObject* length;
    PyObject* server_name;
    PyObject* server_port;
    PyObject* writelines;
} ModuleState;

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        clew_tracer* native;
    const ModuleState* state;  // of the type's module, which the type keeps
    bool is_closed;            // no new spans; the open ones may still finish
    PyTypeObject* span_type;   // of the same module, strong
    PyObject* current;         // the module's ContextVar, strong
    HeaderNames incoming;
    HeaderNames outgoing;
} TracerObject;

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        TracerObject* tracer;  // strong
    PyObject* token;           // of the context variable while inside `with`, or NULL
    clew_context context;      // kept here because it stays valid after the end of the span
    PyObject* local_ip;        // what local() was told, for the spans below this one; or NULL
    uint16_t local_port;
    bool is_open;
    bool has_error;
    clew_span span;
} SpanObject;

extern PyType_Spec tracer_spec;
extern PyType_Spec span_spec;
extern PyType_Spec exchange_spec;

// Text that the library can read while `owner` is alive; see text_of().
typedef struct {
    clew_text text;
    PyObject* owner;  // strong, or NULL when `text` lives as long as the object it was taken from
} TextView;

// The UTF-8 of any object: a str as it is (what cannot be encoded becomes "?"), everything else by
// str(). Never fails: an object whose str() raises is shown by its type. Release with text_done().
TextView text_of(PyObject* object);
void text_done(TextView* view);

// Describes an exception as the "error" tag has it: "ValueError: wrong", or the type alone.
TextView text_of_exception(PyObject* exception);

// The arguments of Tracer() into options that clew_options_init() made; the texts live as long as
// the arguments. 0, or -1 with a TypeError or ValueError.
int parse_options(PyObject* args, PyObject* keywords, clew_options* options);

// 0 and *kind, or -1 with a ValueError.
int parse_kind(PyObject* name, clew_kind* kind);

// A new Span of this tracer that is not started yet, or NULL with an exception.
SpanObject* span_new(TracerObject* tracer);

// Ends a span, if it is open, and forgets it.
void span_abandon(SpanObject* self);
// What Span.local() does; ip is a str.
void span_set_local(SpanObject* self, PyObject* ip, uint16_t port);
// Starts where its parent was recorded: what local() told the parent, if anything.
void span_inherit_local(SpanObject* self, const SpanObject* parent);

// Tags the span with an exception, or a text: what Span.error() does.
void span_tell_error(SpanObject* self, PyObject* what);

// The server span of a request whose WSGI environ holds what the caller sent; a new reference, or
// NULL with an exception.
SpanObject* tracer_receive_span(TracerObject* self, clew_text name, PyObject* environ);
// Tracer.receive_http().
PyObject* tracer_receive_http(TracerObject* self, PyObject* const* args, Py_ssize_t count);

// clew_get and clew_set: `carrier` is an EnvironReader, a ReceivedHeaders, a HeaderList.
typedef struct {
    TracerObject* tracer;
    PyObject* environ;
    TextView value;
} EnvironReader;
int read_environ(void* carrier, clew_text name, clew_text* value);

// The headers of a request as any mapping of names to values, or pairs of them, has them: str or
// bytes, in any case. Those of one name are joined with a comma, as RFC 9110, 5.3, has it.
#define RECEIVED_HEADERS 9
typedef struct {
    PyObject* values[RECEIVED_HEADERS];  // strong, or NULL where there is none
    TextView value;
} ReceivedHeaders;
// 0, or -1 with a TypeError, or what reading the object raised; nothing to clear then.
int received_headers_read(ReceivedHeaders* headers, PyObject* object);
int read_received(void* carrier, clew_text name, clew_text* value);
void received_headers_clear(ReceivedHeaders* headers);

typedef struct {
    TracerObject* tracer;
    PyObject* list;  // of (name, value)
} HeaderList;
int append_header(void* carrier, clew_text name, clew_text value);

void header_names_clear(HeaderNames* names);
