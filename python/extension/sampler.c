// SPDX-License-Identifier: Apache-2.0
#include "context.h"

const char sample_by_doc[] = PyDoc_STR(

    "sample_by(choose, /)\n"
    "--\n\n"
    "Lets choose(name, path) say which traces to record: True or False, or None to leave\n"
    "it to the tracer's own sampler. It is called for each trace that begins here and\n"
    "for one that came without a decision, with the name of its first span here (of an\n"
    "HTTP request the method in lower case) and the request's path, else None. What it\n"
    "starts itself is not recorded. When it raises, the trace is not recorded, and\n"
    "clew.faults counts it. None for choose ends that."
);
PyObject* tracer_sample_by(TracerObject* self, PyObject* choose) {
    if (choose != Py_None && !PyCallable_Check(choose)) {
        PyErr_Format(PyExc_TypeError, "choose must be callable or None, not %R", choose);
        return NULL;
    }
    PyObject* kept = choose == Py_None ? NULL : choose;
    Py_XINCREF(kept);
    Py_XSETREF(self->choose, kept);
    Py_RETURN_NONE;
}

// A span that is not recorded, nor is what starts below it: a sampler that makes a call, which is a
// span, would be asked about it for ever. NULL, with an exception, when memory is short.
static SpanObject* not_recorded(TracerObject* self) {
    SpanObject* span = span_new(self);
    if (span == NULL) {
        return NULL;
    }
    static const clew_text name = {"sampler", 7};
    const clew_context decision = {.flags = clew_context_decided};
    clew_span_receive(self->native, &span->span, clew_kind_local, name, &decision);
    clew_span_context(&span->span, &span->context);
    span->is_open = true;
    return span;
}

enum { said_no = 0, said_yes = 1, said_nothing, raised };

// raised: an exception that is the application's.
static int answer(TracerObject* self, clew_text name, PyObject* path) {
    PyObject* text = PyUnicode_DecodeUTF8(name.text, (Py_ssize_t)name.size, "replace");
    PyObject* choose = self->choose;
    PyObject* said = NULL;
    Py_INCREF(choose);  // it may replace itself
    SpanObject* span = text != NULL ? not_recorded(self) : NULL;
    if (span != NULL) {
        PyObject* token = enter_context(self->state, span);
        said = PyObject_CallFunctionObjArgs(choose, text, path == NULL ? Py_None : path, NULL);
        leave_context(self->state, token);
        span_abandon(span);
    }
    Py_XDECREF(span);
    Py_DECREF(choose);
    Py_XDECREF(text);
    int chosen = said_nothing;
    if (said != NULL && said != Py_None) {
        chosen = PyObject_IsTrue(said) > 0 ? said_yes : said_no;
    }
    Py_XDECREF(said);
    if (PyErr_Occurred()) {
        return settle_fault(self->state, "the sampler") < 0 ? raised : said_no;
    }
    return chosen;
}

int ask_sampler(TracerObject* self, clew_text name, PyObject* path, clew_context* context) {
    if (self->choose == NULL || (context->flags & clew_context_decided) != 0) {
        return 0;
    }
    const int chosen = answer(self, name, path);
    if (chosen == raised) {
        return -1;
    }
    if (chosen != said_nothing) {
        context->flags |= clew_context_decided;
        context->flags |= chosen == said_yes ? clew_context_sampled : 0U;
    }
    return 0;
}
