// SPDX-License-Identifier: Apache-2.0
#include "fork.h"

PyDoc_STRVAR(
    before_fork_doc,
    "before_fork()\n"
    "--\n\n"
    "Ends the native threads of all tracers until their next span; what os calls before a\n"
    "fork. Waits at most 250 ms for each, which then goes on."
);
static PyObject* before_fork(PyObject* module, PyObject* Py_UNUSED(ignored)) {
    const ModuleState* state = PyModule_GetState(module);
    TracerObject* tracer = state->newest;
    Py_XINCREF(tracer);
    while (tracer != NULL) {
        Py_BEGIN_ALLOW_THREADS;
        clew_tracer_rest(tracer->native, FORK_WAIT_MS_MAX);
        Py_END_ALLOW_THREADS;
        TracerObject* next = tracer->older;
        Py_XINCREF(next);
        Py_DECREF(tracer);
        tracer = next;
    }
    Py_RETURN_NONE;
}

PyMethodDef fork_methods[] = {
    {"before_fork", before_fork, METH_NOARGS, before_fork_doc},
    {NULL, NULL, 0, NULL},
};

// Calls os.register_at_fork(before=before_fork).
static int register_at_fork(PyObject* module) {
    PyObject* os = PyImport_ImportModule("os");
    PyObject* add = os != NULL ? PyObject_GetAttrString(os, "register_at_fork") : NULL;
    PyObject* hook = add != NULL ? PyObject_GetAttrString(module, "before_fork") : NULL;
    PyObject* none = hook != NULL ? PyTuple_New(0) : NULL;
    PyObject* words = none != NULL ? Py_BuildValue("{s:O}", "before", hook) : NULL;
    PyObject* done = words != NULL ? PyObject_Call(add, none, words) : NULL;
    Py_XDECREF(words);
    Py_XDECREF(none);
    Py_XDECREF(hook);
    Py_XDECREF(add);
    Py_XDECREF(os);
    Py_XDECREF(done);
    return done == NULL ? -1 : 0;
}

int fork_watch(PyTypeObject* type, TracerObject* tracer) {
    PyObject* module = PyType_GetModule(type);
    ModuleState* state = module != NULL ? PyModule_GetState(module) : NULL;
    if (state == NULL || (!state->watches_forks && register_at_fork(module) < 0)) {
        return -1;
    }
    state->watches_forks = true;
    tracer->older = state->newest;
    if (tracer->older != NULL) {
        tracer->older->newer = tracer;
    }
    state->newest = tracer;
    return 0;
}

void fork_forget(TracerObject* tracer) {
    ModuleState* state = PyType_GetModuleState(Py_TYPE(tracer));
    if (tracer->older != NULL) {
        tracer->older->newer = tracer->newer;
    }
    if (tracer->newer != NULL) {
        tracer->newer->older = tracer->older;
    } else if (state != NULL && state->newest == tracer) {
        state->newest = tracer->older;
    }
    tracer->newer = NULL;
    tracer->older = NULL;
}
