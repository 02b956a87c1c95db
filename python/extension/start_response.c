// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "wsgi.h"

// What a Response is towards the application: start_response(), and the write() that it returns.

static void read_status(ResponseObject* self, PyObject* status) {
    if (PyUnicode_Check(status) && PyUnicode_GET_LENGTH(status) >= 3 &&
        PyUnicode_KIND(status) == PyUnicode_1BYTE_KIND) {
        const char* text = PyUnicode_DATA(status);
        if (text[0] >= '1' && text[0] <= '9') {
            memcpy(self->status, text, sizeof self->status);
        }
    }
}

// exc_info of start_response(status, headers, exc_info): why an application answers otherwise.
static void read_reason(ResponseObject* self, PyObject* reason) {
    if (PyTuple_Check(reason) && PyTuple_GET_SIZE(reason) == 3 &&
        PyExceptionInstance_Check(PyTuple_GET_ITEM(reason, 1))) {
        response_tell_failure(self, PyTuple_GET_ITEM(reason, 1));
    }
}

// The response's headers with one more; a new list, or NULL with an exception.
static PyObject* with_trace_id(const ResponseObject* self, PyObject* headers) {
    PyObject* more = PySequence_List(headers);
    PyObject* trace_id = more != NULL ? span_trace_id(self->span) : NULL;
    PyObject* pair = trace_id != NULL ? PyTuple_Pack(2, self->trace_header, trace_id) : NULL;
    Py_XDECREF(trace_id);
    if (pair == NULL || PyList_Append(more, pair) < 0) {
        Py_CLEAR(more);
    }
    Py_XDECREF(pair);
    return more;
}

static PyObject* pass_on(ResponseObject* self, PyObject* args, PyObject* keywords) {
    if (self->trace_header == NULL || PyTuple_GET_SIZE(args) < 2) {
        return PyObject_Call(self->start_response, args, keywords);
    }
    PyObject* headers = with_trace_id(self, PyTuple_GET_ITEM(args, 1));
    PyObject* given = headers != NULL ? PySequence_List(args) : NULL;
    if (given == NULL) {
        Py_XDECREF(headers);
        return NULL;
    }
    PyList_SetItem(given, 1, headers);
    PyObject* changed = PyList_AsTuple(given);
    Py_DECREF(given);
    PyObject* result = NULL;
    if (changed != NULL) {
        result = PyObject_Call(self->start_response, changed, keywords);
        Py_DECREF(changed);
    }
    return result;
}

PyObject* response_call(ResponseObject* self, PyObject* args, PyObject* keywords) {
    if (self->start_response == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "start_response() was called after the response");
        return NULL;
    }
    PyObject* reason = keywords == NULL
                           ? NULL
                           : PyDict_GetItemWithError(keywords, self->state->names[name_exc_info]);
    const Py_ssize_t count = PyTuple_GET_SIZE(args);
    if (count > 2) {
        reason = PyTuple_GET_ITEM(args, 2);
    }
    PyObject* write = pass_on(self, args, keywords);
    if (write == NULL) {
        if (reason != NULL && !PyErr_ExceptionMatches(PyExc_TypeError)) {
            response_failing(self);  // the reason, raised again: the status is out already
        }
        return NULL;
    }
    if (reason != NULL) {
        read_reason(self, reason);
    }
    if (count > 0) {
        read_status(self, PyTuple_GET_ITEM(args, 0));
    }
    if (write == Py_None) {
        return write;
    }
    Py_XSETREF(self->write, write);
    return PyObject_GetAttr((PyObject*)self, self->state->names[name_write]);
}

PyObject* response_write(ResponseObject* self, PyObject* bytes) {
    if (self->write == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "write() was called after the response");
        return NULL;
    }
    self->has_sent = true;
    PyObject* done = PyObject_CallOneArg(self->write, bytes);
    if (done == NULL) {
        response_failing(self);
    }
    return done;
}
