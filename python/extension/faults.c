// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

// What goes wrong inside of tracing, on its way to clew/faults.py.

// Not inlined, and called on failures only: see exchange.c.
__attribute__((noinline)) void report_fault(const ModuleState* state, const char* place) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (error != NULL && traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    if (state->report != NULL && error != NULL) {
        PyObject* done = PyObject_CallFunction(state->report, "sO", place, error);
        if (done == NULL) {
            PyErr_WriteUnraisable(state->report);
        }
        Py_XDECREF(done);
    } else if (error != NULL) {  // a tracer that was made without clew.enable()
        Py_INCREF(type);
        Py_INCREF(error);
        Py_XINCREF(traceback);
        PyErr_Restore(type, error, traceback);
        PyErr_WriteUnraisable(NULL);
    }
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(traceback);
}

int settle_fault(const ModuleState* state, const char* place) {
    if (!PyErr_ExceptionMatches(PyExc_Exception)) {
        return -1;
    }
    report_fault(state, place);
    return 0;
}
