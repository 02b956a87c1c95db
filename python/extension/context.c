// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

// Which span is the current one, for code that runs inside of it.

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
