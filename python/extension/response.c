// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "context.h"
#include "conventions.h"
#include "failure.h"
#include "wsgi.h"

PyDoc_STRVAR(
    response_doc,
    "The response to one traced WSGI request: start_response for the application, and the\n"
    "iterable for the server, whose close() ends the span."
);

ResponseObject* response_new(
    const ModuleState* state, SpanObject* span, PyObject* start_response, PyObject* trace_header
) {
    PyTypeObject* type = state->response_type;
    ResponseObject* self = (ResponseObject*)type->tp_alloc(type, 0);
    if (self != NULL) {
        Py_INCREF(span);
        Py_XINCREF(start_response);
        Py_XINCREF(trace_header);
        self->state = state;
        self->span = span;
        self->start_response = start_response;
        self->trace_header = trace_header;
    }
    return self;
}

static int response_traverse(ResponseObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->start_response);
    Py_VISIT(self->write);
    Py_VISIT(self->environ);
    Py_VISIT(self->tags);
    Py_VISIT(self->body);
    Py_VISIT(self->iterator);
    return 0;
}

static int response_clear(ResponseObject* self) {
    Py_CLEAR(self->start_response);
    Py_CLEAR(self->write);
    Py_CLEAR(self->environ);
    Py_CLEAR(self->tags);
    Py_CLEAR(self->body);
    Py_CLEAR(self->iterator);
    return 0;
}

static void response_dealloc(ResponseObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    response_finish(self);
    response_clear(self);
    Py_CLEAR(self->trace_header);
    Py_CLEAR(self->span);
    type->tp_free(self);
    Py_DECREF(type);
}

void response_tell_failure(ResponseObject* self, PyObject* error) {
    if (!self->has_failed) {
        self->has_failed = true;
        span_tell_error(self->span, error);
    }
}

// Not inlined: see exchange.c.
__attribute__((noinline)) void response_failing(ResponseObject* self) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (error != NULL) {
        if (traceback != NULL) {
            PyException_SetTraceback(error, traceback);
        }
        response_tell_failure(self, error);
    }
    if (!self->has_sent) {
        memcpy(self->status, "500", sizeof self->status);  // what servers answer then
    }
    PyErr_Restore(type, error, traceback);
}

void response_tag_later(ResponseObject* self, PyObject* environ, PyObject* tags) {
    Py_INCREF(environ);
    Py_XINCREF(tags);
    self->environ = environ;
    self->tags = tags;
}

// An exception that is on its way stays set. What shows a value may do anything, also close the
// response. Not inlined: see exchange.c.
__attribute__((noinline)) static void tell_tags(
    SpanObject* span, PyObject* tags, PyObject* environ
) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    Py_INCREF(tags);
    Py_INCREF(environ);
    PyObject* key = NULL;
    PyObject* tag = NULL;
    Py_ssize_t position = 0;
    while (PyDict_Next(tags, &position, &key, &tag)) {
        PyObject* value = PyDict_GetItemWithError(environ, key);
        if (value == NULL) {
            PyErr_Clear();
            continue;
        }
        Py_INCREF(value);
        TextView name = text_of(tag);
        TextView text = text_of(value);
        span_tag_named(span, name.text, text.text);
        text_done(&name);
        text_done(&text);
        Py_DECREF(value);
    }
    Py_DECREF(environ);
    Py_DECREF(tags);
    PyErr_Restore(type, error, traceback);
}

void response_finish(ResponseObject* self) {
    SpanObject* span = self->span;
    if (!span->is_open) {
        return;
    }
    PyObject* environ = self->environ;  // what shows a tag may close the response, which forgets it
    if (environ != NULL) {
        Py_INCREF(environ);
        if (self->tags != NULL) {
            tell_tags(span, self->tags, environ);
        }
        span_tell_routed(span, environ);
        Py_DECREF(environ);
    }
    if (self->status[0] != 0) {
        const clew_text status = {self->status, sizeof self->status};
        span_tag_http(span, &http_status_tag, status);
        if (self->status[0] >= '5' && !self->has_failed) {
            span_tell_failed_status(span, status);
        }
    } else if (self->start_response != NULL && self->write == NULL && !self->has_failed) {
        static const clew_text silence = {"start_response was not called", 29};
        span_tell_failure(span, silence);
    }
    span_finish_now(span);
}

PyObject* response_of(ResponseObject* self, PyObject* body) {
    Py_XSETREF(self->body, body);
    Py_INCREF(self);
    return (PyObject*)self;
}

PyObject* response_of_sized(ResponseObject* self, PyObject* body) {
    // The types differ in nothing but what they say about a length, which servers ask for.
    PyTypeObject* plain = Py_TYPE(self);
    PyTypeObject* sized = self->state->sized_response_type;
    Py_INCREF(sized);
    Py_SET_TYPE(self, sized);
    Py_DECREF(plain);
    return response_of(self, body);
}

// Lets the close() of an object end the span, too; false when it takes no attribute.
static bool watch_close(ResponseObject* self, PyObject* file) {
    PyObject* close = self->state->names[name_close];
    PyObject* inner = PyObject_GetAttr(file, close);
    PyObject* outer = PyObject_GetAttrString((PyObject*)self, "close_file");
    PyErr_Clear();  // there may be no close() yet
    const bool is_watched = outer != NULL && PyObject_SetAttr(file, close, outer) == 0;
    PyErr_Clear();
    Py_XDECREF(outer);
    if (is_watched) {
        Py_XSETREF(self->iterator, inner);  // what close_file() calls
    } else {
        Py_XDECREF(inner);
    }
    return is_watched;
}

PyObject* response_of_file(ResponseObject* self, PyObject* body) {
    if (watch_close(self, body)) {
        return body;
    }
    // A wrapper written in C, as mod_wsgi has it, closes its file.
    PyObject* file = PyObject_GetAttr(body, self->state->names[name_filelike]);
    if (file == NULL || !watch_close(self, file)) {
        PyErr_Clear();
        response_finish(self);
    }
    Py_XDECREF(file);
    return body;
}

static PyObject* close_file(ResponseObject* self, PyObject* Py_UNUSED(ignored)) {
    PyObject* done = NULL;
    PyObject* inner = self->iterator;
    self->iterator = NULL;  // it may be the body's own method, and the body has this one
    if (inner != NULL) {
        done = PyObject_CallNoArgs(inner);
        if (done == NULL) {
            response_failing(self);
        }
        Py_DECREF(inner);
    } else {
        done = Py_None;
        Py_INCREF(done);
    }
    response_finish(self);
    return done;
}

static PyObject* response_iter(ResponseObject* self) {
    if (self->body == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the response is closed");
        return NULL;
    }
    if (PyList_CheckExact(self->body) || PyTuple_CheckExact(self->body)) {
        self->has_sent = self->is_exhausted = true;  // nothing can fail between here and there
        return PyObject_GetIter(self->body);
    }
    PyObject* token = enter_context(self->state, self->span);
    PyObject* iterator = PyObject_GetIter(self->body);
    leave_context(self->state, token);
    if (iterator == NULL) {
        response_failing(self);
        return NULL;
    }
    Py_XSETREF(self->iterator, iterator);
    Py_INCREF(self);
    return (PyObject*)self;
}

static PyObject* response_next(ResponseObject* self) {
    if (self->iterator == NULL) {
        PyObject* started = response_iter(self);
        Py_XDECREF(started);
        if (self->iterator == NULL) {
            return NULL;
        }
    }
    PyObject* iterator = self->iterator;
    Py_INCREF(iterator);
    PyObject* token = enter_context(self->state, self->span);
    PyObject* part = Py_TYPE(iterator)->tp_iternext(iterator);
    leave_context(self->state, token);
    Py_DECREF(iterator);
    if (part != NULL) {
        self->has_sent = true;
    } else if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_StopIteration)) {
        response_failing(self);
    } else {
        self->is_exhausted = true;
    }
    return part;
}

static Py_ssize_t response_length(PyObject* self) {
    PyObject* body = ((ResponseObject*)self)->body;
    return body == NULL ? 0 : PyObject_Size(body);
}

static PyObject* close_body(ResponseObject* self) {
    PyObject* close = PyObject_GetAttr(self->body, self->state->names[name_close]);
    if (close == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_AttributeError)) {
            return NULL;
        }
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    PyObject* token = enter_context(self->state, self->span);
    PyObject* done = PyObject_CallNoArgs(close);
    leave_context(self->state, token);
    Py_DECREF(close);
    return done;
}

// A server that stops reading a body in its middle does so because nobody takes it any more.
static void tell_cut(ResponseObject* self) {
    if (self->iterator != NULL && self->has_sent && !self->is_exhausted && !self->has_failed) {
        static const clew_text words = {"closed before the end of the body", 33};
        self->has_failed = true;
        if (self->span->is_open) {
            span_tell_failure(self->span, words);
        }
    }
}

PyDoc_STRVAR(
    close_doc,
    "close()\n--\n\nCloses the application's body, if it can be closed, and ends the span."
);
static PyObject* response_close(ResponseObject* self, PyObject* Py_UNUSED(ignored)) {
    PyObject* done = NULL;
    if (self->body == NULL || PyList_CheckExact(self->body) || PyTuple_CheckExact(self->body)) {
        done = Py_None;
        Py_INCREF(done);
    } else {
        done = close_body(self);
        if (done == NULL) {
            response_failing(self);
        }
    }
    tell_cut(self);
    response_finish(self);
    response_clear(self);
    return done;
}

static PyObject* response_getattro(PyObject* self, PyObject* name) {
    PyObject* found = PyObject_GenericGetAttr(self, name);
    PyObject* body = ((ResponseObject*)self)->body;
    if (found == NULL && body != NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        found = PyObject_GetAttr(body, name);
    }
    return found;
}

#define METHOD(name, function, flags, doc) \
    { name, (PyCFunction)(void (*)(void))(function), flags, doc }
static PyMethodDef response_methods[] = {
    METHOD("write", response_write, METH_O, NULL),
    METHOD("close", response_close, METH_NOARGS, close_doc),
    METHOD("close_file", close_file, METH_NOARGS, NULL),
    {NULL, NULL, 0, NULL},
};

#define RESPONSE_SLOTS                                                                          \
    {Py_tp_dealloc, (void*)response_dealloc}, {Py_tp_traverse, (void*)response_traverse},       \
        {Py_tp_clear, (void*)response_clear}, {Py_tp_call, (void*)response_call},               \
        {Py_tp_iter, (void*)response_iter}, {Py_tp_iternext, (void*)response_next},             \
        {Py_tp_getattro, (void*)response_getattro}, {Py_tp_methods, (void*)response_methods}, { \
        Py_tp_doc, (void*)response_doc                                                          \
    }
static PyType_Slot response_slots[] = {RESPONSE_SLOTS, {0, NULL}};
static PyType_Slot sized_response_slots[] = {
    RESPONSE_SLOTS, {Py_sq_length, (void*)response_length}, {0, NULL}};

enum {
    response_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_DISALLOW_INSTANTIATION
};
PyType_Spec response_spec = {
    .name = "clew.Response",
    .basicsize = sizeof(ResponseObject),
    .flags = response_flags,
    .slots = response_slots,
};
PyType_Spec sized_response_spec = {
    .name = "clew.SizedResponse",
    .basicsize = sizeof(ResponseObject),
    .flags = response_flags,
    .slots = sized_response_slots,
};
