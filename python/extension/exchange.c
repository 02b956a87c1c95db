// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "extension.h"

PyDoc_STRVAR(
    exchange_doc,
    "Exchange(span, application, wfile, watch_body, whole)\n--\n\n"
    "One request while a WSGI server answers it, on behalf of a span that is recorded. It\n"
    "stands for the application, to see what that raises, and for the file that the\n"
    "response is written to, because only there is the status what the client sees, and\n"
    "only there does a client that has gone show. Every other attribute is the file's.\n\n"
    "A body that is neither of the types `whole` nor has a length becomes\n"
    "watch_body(body, self), which calls failed() with what reading it raises."
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
    char status[3];  // digits as they were sent, or zeros before
    bool has_failed;
} ExchangeObject;

static PyObject* exchange_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    PyObject* parts[5];
    const ModuleState* state = PyType_GetModuleState(type);
    if (state == NULL ||
        !PyArg_UnpackTuple(
            args, "Exchange", 5, 5, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4]
        )) {
        return NULL;
    }
    if (keywords != NULL || !Py_IS_TYPE(parts[0], state->span_type)) {
        PyErr_SetString(PyExc_TypeError, "Exchange() takes a Span and no keywords");
        return NULL;
    }
    ExchangeObject* self = (ExchangeObject*)type->tp_alloc(type, 0);
    if (self != NULL) {
        for (size_t index = 0; index < Py_ARRAY_LENGTH(parts); index++) {
            Py_INCREF(parts[index]);
        }
        self->state = state;
        self->span = (SpanObject*)parts[0];
        self->application = parts[1];
        self->wfile = parts[2];
        self->watch_body = parts[3];
        self->whole = parts[4];
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

static PyObject* exchange_call(ExchangeObject* self, PyObject* args, PyObject* keywords) {
    PyObject* body = PyObject_Call(self->application, args, keywords);
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

PyDoc_STRVAR(
    tell_status_doc,
    "tell_status()\n--\n\n"
    "Tags the span with the status that was sent, if any; 5xx is an error when nothing\n"
    "else was."
);
static PyObject* exchange_tell_status(ExchangeObject* self, PyObject* Py_UNUSED(ignored)) {
    if (self->status[0] != 0 && self->span->is_open) {
        static const clew_text key = {"http.status_code", 16};
        const clew_text status = {self->status, sizeof self->status};
        clew_span_tag(&self->span->span, key, status);
        if (self->status[0] >= '5' && !self->has_failed) {
            self->has_failed = true;
            self->span->has_error = true;
            clew_span_error(&self->span->span, status);
        }
    }
    Py_RETURN_NONE;
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
    METHOD("tell_status", exchange_tell_status, METH_NOARGS, tell_status_doc),
    {NULL, NULL, 0, NULL},
};

static PyType_Slot exchange_slots[] = {
    {Py_tp_new, (void*)exchange_new},
    {Py_tp_dealloc, (void*)exchange_dealloc},
    {Py_tp_call, (void*)exchange_call},
    {Py_tp_getattro, (void*)exchange_getattro},
    {Py_tp_doc, (void*)exchange_doc},
    {Py_tp_methods, exchange_methods},
    {0, NULL},
};

PyType_Spec exchange_spec = {
    .name = "clew.Exchange",
    .basicsize = sizeof(ExchangeObject),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = exchange_slots,
};
