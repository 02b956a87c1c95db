// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

// The calls of the general face that name no tracer: they use the one that activate() was told.

static SpanObject* no_span_of(const ModuleState* state) {
    Py_INCREF(state->no_span);
    return state->no_span;
}

PyDoc_STRVAR(
    activate_doc,
    "activate(tracer, report, /)\n"
    "--\n\n"
    "Says which tracer span() and Wsgi use from now on, or None, and what is called with\n"
    "a place and an exception when tracing fails."
);
static PyObject* activate(PyObject* module, PyObject* const* args, Py_ssize_t count) {
    ModuleState* state = PyModule_GetState(module);
    if (count != 2 || (args[0] != Py_None && !Py_IS_TYPE(args[0], state->tracer_type))) {
        PyErr_SetString(PyExc_TypeError, "activate() takes a Tracer or None, and a callable");
        return NULL;
    }
    TracerObject* tracer = args[0] == Py_None ? NULL : (TracerObject*)args[0];
    Py_XINCREF(tracer);
    Py_XSETREF(state->active, tracer);
    Py_INCREF(args[1]);
    Py_XSETREF(state->report, args[1]);
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    record_stacks_doc,
    "record_stacks(stack_of, /)\n"
    "--\n\n"
    "From now on an exception that a span is told about is also the tag \"error.stack\",\n"
    "the str that stack_of(exception) returns; None: not."
);
static PyObject* record_stacks(PyObject* module, PyObject* stack_of) {
    ModuleState* state = PyModule_GetState(module);
    if (stack_of == Py_None) {
        Py_CLEAR(state->stack_of);
    } else {
        Py_INCREF(stack_of);
        Py_XSETREF(state->stack_of, stack_of);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    tell_routed_by_doc,
    "tell_routed_by(tell, /)\n"
    "--\n\n"
    "From now on tell(environ) is called before the span of a WSGI request ends whose\n"
    "environ has wsgiorg.routing_args; None: not."
);
static PyObject* tell_routed_by(PyObject* module, PyObject* tell) {
    ModuleState* state = PyModule_GetState(module);
    if (tell == Py_None) {
        Py_CLEAR(state->tell_routed);
    } else {
        Py_INCREF(tell);
        Py_XSETREF(state->tell_routed, tell);
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(
    watch_served_doc,
    "watch_served(buffer, /)\n"
    "--\n\n"
    "Sets the first byte of a writable buffer to 1 as soon as this process, or a fork of\n"
    "it if the buffer is shared memory, has received a request; None: no longer."
);
static PyObject* watch_served(PyObject* module, PyObject* buffer) {
    ModuleState* state = PyModule_GetState(module);
    state->has_served = &state->own_served;
    PyBuffer_Release(&state->served);
    if (buffer != Py_None) {
        if (PyObject_GetBuffer(buffer, &state->served, PyBUF_WRITABLE) < 0) {
            return NULL;
        }
        if (state->served.len == 0) {
            PyBuffer_Release(&state->served);
            PyErr_SetString(PyExc_ValueError, "the buffer must not be empty");
            return NULL;
        }
        state->has_served = state->served.buf;
    }
    Py_RETURN_NONE;
}

typedef struct {
    PyObject* kind;    // borrowed, or NULL
    PyObject* parent;  // borrowed, or NULL
} SpanWords;

static bool is_word(PyObject* name, PyObject* word) {
    return name == word || PyUnicode_Compare(name, word) == 0;
}

static SpanWords read_words(const ModuleState* state, PyObject* names, PyObject* const* values) {
    SpanWords words = {NULL, NULL};
    const Py_ssize_t count = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    for (Py_ssize_t index = 0; index < count; index++) {
        PyObject* name = PyTuple_GET_ITEM(names, index);
        if (is_word(name, state->names[name_kind])) {
            words.kind = values[index];
        } else if (is_word(name, state->names[name_parent])) {
            words.parent = values[index];
        }
    }
    return words;
}

static void add_tags(
    const ModuleState* state, SpanObject* span, PyObject* names, PyObject* const* values
) {
    const Py_ssize_t count = names == NULL ? 0 : PyTuple_GET_SIZE(names);
    for (Py_ssize_t index = 0; index < count; index++) {
        PyObject* name = PyTuple_GET_ITEM(names, index);
        if (!is_word(name, state->names[name_kind]) && !is_word(name, state->names[name_parent])) {
            TextView key = text_of(name);
            TextView value = text_of(values[index]);
            clew_span_tag(&span->span, key.text, value.text);
            text_done(&key);
            text_done(&value);
        }
    }
}

// A new reference, or NULL with an exception.
static SpanObject* start_span(
    const ModuleState* state, TracerObject* tracer, PyObject* name, SpanWords words
) {
    PyObject* headers = NULL;
    if (words.parent != NULL && words.parent != Py_None &&
        !Py_IS_TYPE(words.parent, state->span_type)) {
        headers = PyObject_GetAttr(words.parent, state->names[name_headers]);
        if (headers == NULL) {
            if (PyErr_ExceptionMatches(PyExc_AttributeError)) {
                PyErr_Format(
                    PyExc_TypeError,
                    "parent must be a Span, what clew.extract() returned, or None, not %.200R",
                    words.parent
                );
            }
            return NULL;
        }
    }
    PyObject* kind = words.kind;
    PyObject* span = NULL;
    if (headers != NULL) {
        kind = kind == NULL ? state->names[name_local] : kind;
        span = PyObject_CallMethodObjArgs(
            (PyObject*)tracer, state->names[name_extract], headers, name, kind, NULL
        );
        Py_DECREF(headers);
    } else {
        PyObject* args[] = {name, kind == NULL ? state->names[name_local] : kind, words.parent};
        span = tracer_start(tracer, args, words.parent != NULL ? 3 : 2);
    }
    return (SpanObject*)span;
}

PyDoc_STRVAR(
    span_doc,
    "span(name, /, *, kind='local', parent=None, **tags)\n"
    "--\n\n"
    "Starts a span of this process's tracing, for a `with`: it is the current span of\n"
    "the block and ends with it. kind is 'local', 'client', 'server', 'producer' or\n"
    "'consumer'; parent is a Span, what extract() returned, or None for the current\n"
    "span; every other keyword is a tag.\n\n"
    "Raises nothing that has to do with tracing: when tracing is off, or fails, the span\n"
    "is one that records nothing."
);
static PyObject* span(PyObject* module, PyObject* const* args, Py_ssize_t count, PyObject* names) {
    const ModuleState* state = PyModule_GetState(module);
    if (count != 1) {
        PyErr_Format(PyExc_TypeError, "span() takes 1 positional argument (%zd given)", count);
        return NULL;
    }
    if (state->active == NULL) {
        return (PyObject*)no_span_of(state);
    }
    TracerObject* tracer = state->active;
    Py_INCREF(tracer);  // tracing may be turned off meanwhile
    SpanObject* started =
        start_span(state, tracer, args[0], read_words(state, names, args + count));
    Py_DECREF(tracer);
    if (started == NULL) {
        return settle_fault(state, "clew.span()") < 0 ? NULL : (PyObject*)no_span_of(state);
    }
    if (names != NULL && started->is_open && clew_span_is_sampled(&started->span)) {
        add_tags(state, started, names, args + count);
    }
    return (PyObject*)started;
}

#define METHOD(name, function, flags, doc) \
    { name, (PyCFunction)(void (*)(void))(function), flags, doc }
PyMethodDef face_methods[] = {
    METHOD("activate", activate, METH_FASTCALL, activate_doc),
    METHOD("record_stacks", record_stacks, METH_O, record_stacks_doc),
    METHOD("tell_routed_by", tell_routed_by, METH_O, tell_routed_by_doc),
    METHOD("watch_served", watch_served, METH_O, watch_served_doc),
    METHOD("span", span, METH_FASTCALL | METH_KEYWORDS, span_doc),
    {NULL, NULL, 0, NULL},
};
