// SPDX-License-Identifier: Apache-2.0
#include "context.h"

// How a span begins of which no caller has said anything: below another one of this process, or as
// a trace of its own.

// What a span without a caller begins below.
typedef struct {
    SpanObject* parent;  // strong, or NULL
    SpanObject* left;    // the current span where that is none any more, strong, or NULL
} Origin;

static void origin_clear(Origin* origin) {
    Py_CLEAR(origin->parent);
    Py_CLEAR(origin->left);
}

// The argument, else the current span. 0, or -1 with an exception and nothing to clear.
static int find_origin(TracerObject* self, PyObject* argument, Origin* origin) {
    PyObject* found = NULL;
    if (argument != NULL && argument != Py_None) {
        if (!Py_IS_TYPE(argument, self->span_type)) {
            PyErr_Format(PyExc_TypeError, "parent must be a Span or None, not %R", argument);
            return -1;
        }
        Py_INCREF(argument);
        origin->parent = (SpanObject*)argument;
        return 0;
    }
    if (PyContextVar_Get(self->current, Py_None, &found) < 0) {
        return -1;
    }
    if (!Py_IS_TYPE(found, self->span_type)) {
        Py_DECREF(found);
    } else if (span_is_left((SpanObject*)found)) {
        origin->left = (SpanObject*)found;
    } else {
        origin->parent = (SpanObject*)found;
    }
    return 0;
}

static void start_below(
    TracerObject* self, SpanObject* span, clew_kind kind, clew_text name, SpanObject* parent
) {
    clew_span_start(self->native, &span->span, kind, name, &parent->context);
    span_started(span);
    span_begin_below(span, parent);
    span_inherit_local(span, parent);
    span->carried = clew_carried_retain(parent->carried);
}

static void tell_left(SpanObject* span, const SpanObject* left) {
    PyObject* trace_id = span_trace_id(left);
    if (trace_id == NULL) {
        PyErr_Clear();
        return;
    }
    static const clew_text key = {"clew.detached_from", 18};
    TextView text = text_of(trace_id);
    clew_span_tag(&span->span, key, text.text);
    text_done(&text);
    Py_DECREF(trace_id);
}

// left: as in Origin. 0, or -1 with an exception that is the application's.
static int start_trace(
    TracerObject* self, SpanObject* span, clew_kind kind, clew_text name, const SpanObject* left
) {
    clew_context decision = {0};
    if (ask_sampler(self, name, NULL, &decision) < 0) {
        return -1;
    }
    clew_span_receive(self->native, &span->span, kind, name, &decision);
    span_started(span);
    if (left != NULL && clew_span_is_sampled(&span->span)) {
        tell_left(span, left);
    }
    return 0;
}

const char start_doc[] = PyDoc_STR(

    "start(name, kind='local', parent=None, /)\n"
    "--\n\n"
    "Starts a span below parent, by default below the current span; without one, a new\n"
    "trace. kind is 'local', 'client', 'server', 'producer' or 'consumer' (ValueError\n"
    "otherwise).\n"
    "RuntimeError: the tracer is closed."
);
PyObject* tracer_start(TracerObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count < 1 || count > 3) {
        PyErr_Format(PyExc_TypeError, "start() takes 1 to 3 arguments (%zd given)", count);
        return NULL;
    }
    clew_kind kind = clew_kind_local;
    Origin origin = {NULL, NULL};
    if ((count > 1 && parse_kind(args[1], &kind) < 0) || tracer_check_open(self) < 0 ||
        find_origin(self, count > 2 ? args[2] : NULL, &origin) < 0) {
        return NULL;
    }
    SpanObject* span = span_new(self);
    if (span != NULL) {
        if (kind == clew_kind_server) {
            *self->state->has_served = 1;
        }
        TextView name = text_of(args[0]);
        if (origin.parent != NULL) {
            start_below(self, span, kind, name.text, origin.parent);
        } else if (start_trace(self, span, kind, name.text, origin.left) < 0) {
            Py_CLEAR(span);
        }
        text_done(&name);
    }
    origin_clear(&origin);
    return (PyObject*)span;
}
