// SPDX-License-Identifier: Apache-2.0
#include "context.h"

#include <time.h>

PyObject* enter_context(const ModuleState* state, SpanObject* span) {
    PyObject* token = PyContextVar_Set(state->current, (PyObject*)span);
    if (token == NULL) {
        PyErr_Clear();
    }
    return token;
}

static void reset(const ModuleState* state, PyObject* token) {
    if (PyContextVar_Reset(state->current, token) < 0) {
        PyErr_Clear();  // left from another context than entered: that one is not ours to set
    }
}

// Not inlined: see exchange.c.
__attribute__((noinline)) static void reset_failing(const ModuleState* state, PyObject* token) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    reset(state, token);
    PyErr_Restore(type, error, traceback);
}

void leave_context(const ModuleState* state, PyObject* token) {
    if (token == NULL) {
        return;
    }
    if (PyErr_Occurred()) {
        reset_failing(state, token);
    } else {
        reset(state, token);
    }
    Py_DECREF(token);
}

PyObject* context_current(const ModuleState* state) {
    PyObject* span = NULL;
    if (PyContextVar_Get(state->current, Py_None, &span) < 0) {
        return NULL;
    }
    if (Py_IS_TYPE(span, state->span_type) && span_is_left((SpanObject*)span)) {
        Py_DECREF(span);
        Py_RETURN_NONE;
    }
    return span;
}

// Exact to some milliseconds, and cheap: each request's end asks.
static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void span_begin_below(SpanObject* self, SpanObject* parent) {
    self->root = parent->root != NULL ? parent->root : parent;
    Py_INCREF(self->root);
}

void span_note_end(SpanObject* self) {
    if (self->root == NULL) {
        self->ended_ms = now_ms();
    }
}

bool request_is_over(const SpanObject* self) {
    const SpanObject* root = self->root != NULL ? self->root : self;
    if (self->tracer == NULL || self->tracer->detach_after_ms == DETACH_NEVER) {
        return false;
    }
    // Inside of a `with` the request's own code still runs: what ASGI does after the response.
    if (root->is_open || root->token != NULL || self->token != NULL) {
        return false;
    }
    return now_ms() - root->ended_ms >= self->tracer->detach_after_ms;
}

const char detach_after_doc[] = PyDoc_STR(

    "detach_after(milliseconds, /)\n"
    "--\n\n"
    "Says how long after the end of a request, which is its first span in this process,\n"
    "work that it has started still belongs to it: 0 to 86400000, by default 1000; None:\n"
    "for ever. What begins later, in a thread, greenthread or task that the request has\n"
    "left behind, begins a trace of its own, with the tag clew.detached_from, which is the\n"
    "trace id of the request; what is below a span that is still open stays there. Raise it\n"
    "where work is done long after a response and shall be seen with it.\n"
    "TypeError, ValueError: another value."
);
PyObject* tracer_detach_after(TracerObject* self, PyObject* milliseconds) {
    if (milliseconds == Py_None) {
        self->detach_after_ms = DETACH_NEVER;
        Py_RETURN_NONE;
    }
    if (!PyLong_Check(milliseconds) || PyBool_Check(milliseconds)) {
        PyErr_Format(PyExc_TypeError, "detach_after_ms must be an int, not %R", milliseconds);
        return NULL;
    }
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(milliseconds, &overflow);
    if (overflow != 0 || value < 0 || value > DETACH_AFTER_MS_MAX) {
        PyErr_Format(
            PyExc_ValueError,
            "detach_after_ms must be 0 to %d milliseconds, not %R",
            DETACH_AFTER_MS_MAX,
            milliseconds
        );
        return NULL;
    }
    self->detach_after_ms = (uint32_t)value;
    Py_RETURN_NONE;
}
