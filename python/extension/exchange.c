// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <string.h>

#include "conventions.h"
#include "failure.h"

PyDoc_STRVAR(
    exchange_doc,
    "One request while a WSGI server answers it, on behalf of a span that is recorded. It\n"
    "stands for the application, to see what that raises, and for the file that the\n"
    "response is written to, because only there is the status what the client sees, and\n"
    "only there does a client that has gone show. Every other attribute is the file's."
);

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        const ModuleState* state;  // of the type's module, which the type keeps
    SpanObject* span;
    PyObject* application;
    PyObject* wfile;
    PyObject* watch_body;
    PyObject* whole;
    vectorcallfunc call;
    char status[3];  // digits as they were sent, or zeros before
    bool has_failed;
} ExchangeObject;

static PyObject* exchange_call(PyObject*, PyObject* const*, size_t, PyObject*);

PyObject* exchange_new(
    const ModuleState* state,
    SpanObject* span,
    PyObject* application,
    PyObject* wfile,
    PyObject* watch_body,
    PyObject* whole
) {
    PyTypeObject* type = state->exchange_type;
    ExchangeObject* self = (ExchangeObject*)type->tp_alloc(type, 0);
    if (self != NULL) {
        Py_INCREF(span);
        Py_INCREF(application);
        Py_INCREF(wfile);
        Py_INCREF(watch_body);
        Py_INCREF(whole);
        self->state = state;
        self->span = span;
        self->application = application;
        self->wfile = wfile;
        self->watch_body = watch_body;
        self->whole = whole;
        self->call = exchange_call;
    }
    return (PyObject*)self;
}

static void exchange_dealloc(ExchangeObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    Py_CLEAR(self->span);
    Py_CLEAR(self->application);
    Py_CLEAR(self->wfile);
    Py_CLEAR(self->watch_body);
    Py_CLEAR(self->whole);
    type->tp_free(self);
    Py_DECREF(type);
}

// Says why the request failed; what follows from the first reason is not another.
static void tell_failure(ExchangeObject* self, PyObject* error) {
    if (!self->has_failed) {
        self->has_failed = true;
        span_tell_error(self->span, error);
    }
}

// NULL as it came, after telling the span which exception is on its way. Not inlined: greenlets
// switch below the callers, and asan takes greenlet's copy of a stack for an error where a frame on
// it has a variable whose address is taken.
__attribute__((noinline)) static PyObject* failing(ExchangeObject* self) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (error != NULL) {
        if (traceback != NULL) {
            PyException_SetTraceback(error, traceback);
        }
        tell_failure(self, error);
    }
    PyErr_Restore(type, error, traceback);
    return NULL;
}

static int is_whole(const ExchangeObject* self, PyObject* body) {
    if (PyList_CheckExact(body) || PyTuple_CheckExact(body) ||
        PyObject_HasAttr(body, self->state->names[name_length])) {
        return 1;
    }
    return PyObject_IsInstance(body, self->whole);
}

static PyObject* exchange_call(
    PyObject* callable, PyObject* const* args, size_t count, PyObject* keywords
) {
    ExchangeObject* self = (ExchangeObject*)callable;
    PyObject* body = PyObject_Vectorcall(self->application, args, count, keywords);
    if (body == NULL) {
        return failing(self);
    }
    const int whole = is_whole(self, body);
    if (whole == 1) {
        return body;
    }
    PyObject* watched = NULL;
    if (whole == 0) {
        watched = PyObject_CallFunctionObjArgs(self->watch_body, body, (PyObject*)self, NULL);
    }
    Py_DECREF(body);
    return watched;
}

// "HTTP/1.1 200 OK" -> the three digits, from the first line of the first write.
static void read_status(ExchangeObject* self, PyObject* lines) {
    if (!PyList_Check(lines) || PyList_GET_SIZE(lines) == 0) {
        return;
    }
    PyObject* line = PyList_GET_ITEM(lines, 0);
    if (!PyBytes_Check(line) || PyBytes_GET_SIZE(line) < 12) {
        return;
    }
    const char* text = PyBytes_AS_STRING(line);
    if (memcmp(text, "HTTP/", 5) == 0 && text[9] >= '1' && text[9] <= '9') {
        memcpy(self->status, text + 9, sizeof self->status);
    }
}

static PyObject* exchange_writelines(ExchangeObject* self, PyObject* lines) {
    if (self->status[0] == 0) {
        read_status(self, lines);
    }
    PyObject* done =
        PyObject_CallMethodOneArg(self->wfile, self->state->names[name_writelines], lines);
    return done != NULL ? done : failing(self);
}

static PyObject* exchange_flush(ExchangeObject* self, PyObject* Py_UNUSED(ignored)) {
    PyObject* done = PyObject_CallMethodNoArgs(self->wfile, self->state->names[name_flush]);
    return done != NULL ? done : failing(self);
}

PyDoc_STRVAR(
    failed_doc, "failed(error, /)\n--\n\nSays why the request failed; the first reason counts."
);
static PyObject* exchange_failed(ExchangeObject* self, PyObject* error) {
    tell_failure(self, error);
    Py_RETURN_NONE;
}

void exchange_tell_status(PyObject* exchange) {
    ExchangeObject* self = (ExchangeObject*)exchange;
    if (self->status[0] != 0 && self->span->is_open) {
        const clew_text status = {self->status, sizeof self->status};
        span_tag_http(self->span, &http_status_tag, status);
        if (self->status[0] >= '5' && !self->has_failed) {
            self->has_failed = true;
            span_tell_failed_status(self->span, status);
        }
    }
}

static PyObject* exchange_getattro(PyObject* self, PyObject* name) {
    PyObject* found = PyObject_GenericGetAttr(self, name);
    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        found = PyObject_GetAttr(((ExchangeObject*)self)->wfile, name);
    }
    return found;
}

#define METHOD(name, function, flags, doc) \
    { name, (PyCFunction)(void (*)(void))(function), flags, doc }
static PyMethodDef exchange_methods[] = {
    METHOD("writelines", exchange_writelines, METH_O, NULL),
    METHOD("flush", exchange_flush, METH_NOARGS, NULL),
    METHOD("failed", exchange_failed, METH_O, failed_doc),
    {NULL, NULL, 0, NULL},
};

static PyMemberDef exchange_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(ExchangeObject, call), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot exchange_slots[] = {
    {Py_tp_dealloc, (void*)exchange_dealloc},
    {Py_tp_call, (void*)PyVectorcall_Call},
    {Py_tp_getattro, (void*)exchange_getattro},
    {Py_tp_doc, (void*)exchange_doc},
    {Py_tp_methods, exchange_methods},
    {Py_tp_members, exchange_members},
    {0, NULL},
};

PyType_Spec exchange_spec = {
    .name = "clew.Exchange",
    .basicsize = sizeof(ExchangeObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = exchange_slots,
};
