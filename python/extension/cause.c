// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include "conventions.h"

// Why a request failed: where an exception was raised, and what a framework answers by itself. A
// cause is kept as text: the exception has frames, which have the request, which has the span.

PyObject* span_stack_of(const SpanObject* self, PyObject* error) {
    const ModuleState* state = self->tracer->state;
    if (state->stack_of == NULL) {
        return NULL;
    }
    PyObject* stack = PyObject_CallOneArg(state->stack_of, error);
    if (stack == NULL) {
        report_fault(state, "the stack of an exception");
    }
    return stack;
}

void span_tell_stack(SpanObject* self, PyObject* stack) {
    if (stack != NULL) {
        static const clew_text key = {"error.stack", 11};
        TextView text = text_of(stack);
        clew_span_tag(&self->span, key, text.text);
        text_done(&text);
    }
}

void span_tell_failure(SpanObject* self, clew_text words) {
    clew_span_error(&self->span, words);
    span_tag_error_type(self, words, false);
}

// kind: for the tag error.type, where the span has that; NULL: what `what` says of it.
static void tell_error(SpanObject* self, PyObject* what, PyObject* kind) {
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        self->has_error = true;
        const bool is_exception = PyExceptionInstance_Check(what);
        TextView text = is_exception ? text_of_exception(what) : text_of(what);
        clew_span_error(&self->span, text.text);
        if (kind == NULL) {
            span_tag_error_type(self, text.text, is_exception);
        } else {
            TextView type = text_of(kind);
            span_tag_error_type(self, type.text, true);
            text_done(&type);
        }
        text_done(&text);
        PyObject* stack = is_exception ? span_stack_of(self, what) : NULL;
        span_tell_stack(self, stack);
        Py_XDECREF(stack);
    }
}

void span_tell_error(SpanObject* self, PyObject* what) { tell_error(self, what, NULL); }

const char error_doc[] =
    "error(what, kind=None, /)\n"
    "--\n\n"
    "Marks the span as failed: the tag \"error\" is the text, or of an exception its\n"
    "type and words. kind is for the tag error.type, which HTTP spans have by the stable\n"
    "names; None: the exception's type, a status, or \"_OTHER\".";
PyObject* span_error(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count < 1 || count > 2) {
        PyErr_Format(PyExc_TypeError, "error() takes 1 or 2 arguments (%zd given)", count);
        return NULL;
    }
    tell_error(self, args[0], count == 2 && args[1] != Py_None ? args[1] : NULL);
    Py_RETURN_NONE;
}

void span_clear_cause(SpanObject* self) {
    Py_CLEAR(self->cause);
    Py_CLEAR(self->cause_stack);
}

const char set_cause_doc[] =
    "set_cause(error, /)\n"
    "--\n\n"
    "Says which exception the application's framework is about to answer. It becomes the\n"
    "tag \"error\" if the response's status is 500 or more; what the application handles\n"
    "and answers otherwise is no error of the server. The latest call counts.";
PyObject* span_set_cause(SpanObject* self, PyObject* error) {
    if (self->is_open && clew_span_is_sampled(&self->span) && PyExceptionInstance_Check(error)) {
        TextView text = text_of_exception(error);
        PyObject* cause =
            PyUnicode_DecodeUTF8(text.text.text, (Py_ssize_t)text.text.size, "replace");
        text_done(&text);
        if (cause == NULL) {
            return NULL;
        }
        Py_XSETREF(self->cause, cause);
        Py_XSETREF(self->cause_stack, span_stack_of(self, error));
    }
    Py_RETURN_NONE;
}

void span_tell_failed_status(SpanObject* self, clew_text status) {
    self->has_error = true;
    if (self->cause == NULL) {
        clew_span_error(&self->span, status);
        span_tag_error_type(self, status, false);
        return;
    }
    TextView text = text_of(self->cause);
    clew_span_error(&self->span, text.text);
    span_tag_error_type(self, text.text, true);
    text_done(&text);
    span_tell_stack(self, self->cause_stack);
}

const char error_status_doc[] =
    "error_status(status, /)\n"
    "--\n\n"
    "Marks the span as failed by its response's status: the tag \"error\" is what\n"
    "set_cause() was told, or the status.";
PyObject* span_error_status(SpanObject* self, PyObject* status) {
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        TextView text = text_of(status);
        span_tell_failed_status(self, text.text);
        text_done(&text);
    }
    Py_RETURN_NONE;
}
