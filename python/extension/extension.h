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
#include <structmember.h>

#include "clew/tracing/c.h"
#include "clew/tracing/c_propagation.h"
#include "names.h"
#include "python39.h"

#define HEADERS_MAX 16      // header names that a tracer may set, each kept as a str
#define SPARE_SPANS_MAX 16  // spans whose memory a module keeps, 12 KiB in all

typedef struct {
    PyObject* entries[HEADERS_MAX];  // interned
    size_t count;
} HeaderNames;

typedef struct SpanObject SpanObject;
typedef struct TracerObject TracerObject;

// Memory of spans that have gone, for new ones: Python's allocator is slow for their size.
typedef struct {
    SpanObject* spans[SPARE_SPANS_MAX];
    size_t count;
} SpareSpans;

typedef struct {
    PyTypeObject* tracer_type;
    PyTypeObject* span_type;
    PyTypeObject* exchange_type;
    PyTypeObject* server_hook_type;
    PyTypeObject* wsgi_type;
    PyTypeObject* response_type;
    PyTypeObject* sized_response_type;
    PyObject* current;  // ContextVar: the span that the running piece of work belongs to, or None
    TracerObject* active;   // of span() and Wsgi; NULL while tracing is off
    PyObject* report;       // called with a place and an exception when tracing fails; or NULL
    PyObject* tell_routed;  // called at the end of a request that has routing arguments; or NULL
    PyObject* stack_of;     // tells of an exception where it was raised; or NULL
    char* has_served;       // is set once a server span has begun; never NULL
    Py_buffer served;       // what has_served points to; or its obj is NULL, and it is own_served
    char own_served;
    SpanObject* no_span;          // one that was never started, for when tracing is off
    PyObject* names[name_count];  // interned
    SpareSpans* spare;            // owned
    uint64_t tracers;             // that were made, ever
    TracerObject* newest;         // of those that are alive, borrowed; see fork.h
    bool watches_forks;
} ModuleState;

struct TracerObject {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        clew_tracer* native;
    const ModuleState* state;  // of the type's module, which the type keeps
    TracerObject* newer;       // among those of the module, borrowed, or NULL
    TracerObject* older;
    uint64_t number;           // of this tracer among all of its module, from 1
    bool is_closed;            // no new spans; the open ones may still finish
    uint32_t detach_after_ms;  // see context.h
    uint8_t conventions;       // see conventions.h
    PyTypeObject* span_type;   // of the same module, strong
    PyObject* current;         // the module's ContextVar, strong
    PyObject* choose;          // of sample_by(), strong, or NULL
    HeaderNames outgoing;
    const uint32_t* news;       // of the library's tracer; changes when there is something to tell
    uint32_t news_told;         // what it was when clew/notices.py was last asked
    PyObject* told;             // what clew/notices.py keeps with the tracer, strong, or NULL
    int64_t malformed_told_at;  // second of a clock that never goes back; 0: never
};

struct SpanObject {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        TracerObject* tracer;     // strong, or NULL of the span that was never started
    SpanObject* root;             // the first span of its request here, strong; NULL: itself
    uint64_t ended_ms;            // of a root: the moment, on a clock that never goes back
    PyObject* token;              // of the context variable while inside `with`, or NULL
    clew_context context;         // kept here because it stays valid after the end of the span
    const clew_carried* carried;  // goes on to calls made and spans started below; owned, or NULL
    PyObject* local_ip;           // what local() was told, for the spans below this one; or NULL
    PyObject* cause;              // str: the exception that set_cause() was told; or NULL
    PyObject* cause_stack;        // str: where it was raised, where stacks are recorded; or NULL
    uint16_t local_port;
    bool is_open;
    bool has_error;
    bool has_error_type;  // an HTTP span, of a tracer that uses the stable names
    bool is_named;        // by set_name(): a route does not rename it
    clew_span span;
};

extern PyType_Spec tracer_spec;
extern PyType_Spec span_spec;
extern PyType_Spec exchange_spec;
extern PyType_Spec server_hook_spec;
extern PyType_Spec wsgi_spec;
extern PyType_Spec response_spec;
extern PyType_Spec sized_response_spec;
extern PyMethodDef face_methods[];

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

// The names of all arguments of Tracer(), a new tuple; NULL with an exception.
PyObject* option_names(void);

// 0 and *kind, or -1 with a ValueError.
int parse_kind(PyObject* name, clew_kind* kind);

// Gives back the memory that a module keeps for spans, and takes up no more.
void spare_spans_free(ModuleState* state);
// A new Span of this tracer that is not started yet, or NULL with an exception.
SpanObject* span_new(TracerObject* tracer);

// Ends a span, if it is open: what Span.finish() does.
void span_finish_now(SpanObject* self);
// Span.trace_id: a new str, or NULL with an exception.
PyObject* span_trace_id(const SpanObject* self);
// Ends a span, if it is open, and forgets it.
void span_abandon(SpanObject* self);
// What Span.local() does; ip is a str.
void span_set_local(SpanObject* self, PyObject* ip, uint16_t port);
// Starts where its parent was recorded: what local() told the parent, if anything.
void span_inherit_local(SpanObject* self, const SpanObject* parent);

// Span.baggage and Span.set_baggage().
PyObject* span_get_baggage(SpanObject* self, void* closure);
PyObject* span_set_baggage(SpanObject* self, PyObject* const* args, Py_ssize_t count);
extern const char set_baggage_doc[];

// Marks an open span as failed, in words.
void span_tell_failure(SpanObject* self, clew_text words);
// Tags the span with an exception, or a text: what Span.error() does.
void span_tell_error(SpanObject* self, PyObject* what);

// The server span of a request whose WSGI environ holds what the caller sent; a new reference, or
// NULL with an exception.
SpanObject* tracer_receive_span(TracerObject* self, clew_text name, PyObject* environ);
// Tracer.receive_http().
PyObject* tracer_receive_http(TracerObject* self, PyObject* const* args, Py_ssize_t count);

// Tracer.sample_by().
PyObject* tracer_sample_by(TracerObject* self, PyObject* choose);
extern const char sample_by_doc[];
// Lets it decide about a context that nobody has decided about. path: a str, or NULL. 0, or -1 with
// an exception that is the application's.
int ask_sampler(TracerObject* self, clew_text name, PyObject* path, clew_context* context);
// Tracer.start().
PyObject* tracer_start(TracerObject* self, PyObject* const* args, Py_ssize_t count);
extern const char start_doc[];
// 0, or -1 with a RuntimeError.
int tracer_check_open(TracerObject* self);
// Notes that the library has started the span.
void span_started(SpanObject* span);
// Counts the exception that is set, and clears it.
void report_fault(const ModuleState* state, const char* place);
// The same for an Exception; -1 when it is another one (a time-out thrown into a greenlet, Ctrl-C),
// which stays set: that is the application's.
int settle_fault(const ModuleState* state, const char* place);

typedef struct {
    TracerObject* tracer;
    PyObject* list;  // of (name, value)
} HeaderList;
// clew_set; `carrier` is a HeaderList.
int append_header(void* carrier, clew_text name, clew_text value);

void header_names_clear(HeaderNames* names);
