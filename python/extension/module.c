// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

PyDoc_STRVAR(
    module_doc,
    "The compiled part of clew: Tracer, Span and the context variable that holds the\n"
    "current span. Importing it starts nothing."
);

PyDoc_STRVAR(
    current_doc,
    "current()\n"
    "--\n\n"
    "The span that the running piece of work belongs to (of this thread, greenthread or\n"
    "task), or None."
);
static PyObject* current(PyObject* module, PyObject* Py_UNUSED(ignored)) {
    const ModuleState* state = PyModule_GetState(module);
    PyObject* span = NULL;
    return PyContextVar_Get(state->current, Py_None, &span) < 0 ? NULL : span;
}

static PyMethodDef module_methods[] = {
    {"current", current, METH_NOARGS, current_doc},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject* add_type(PyObject* module, PyType_Spec* spec) {
    PyObject* type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject*)type) < 0) {
        Py_CLEAR(type);
    }
    return (PyTypeObject*)type;
}

static int intern(PyObject** name, const char* text) {
    *name = PyUnicode_InternFromString(text);
    return *name == NULL ? -1 : 0;
}

static int module_exec(PyObject* module) {
    ModuleState* state = PyModule_GetState(module);
    state->current = PyContextVar_New("clew.current_span", NULL);
    if (intern(&state->flush, "flush") < 0 || intern(&state->length, "__len__") < 0 ||
        intern(&state->server_name, "SERVER_NAME") < 0 ||
        intern(&state->server_port, "SERVER_PORT") < 0 ||
        intern(&state->writelines, "writelines") < 0) {
        return -1;
    }
    state->span_type = add_type(module, &span_spec);
    state->tracer_type = add_type(module, &tracer_spec);
    state->exchange_type = add_type(module, &exchange_spec);
    if (state->current == NULL || state->span_type == NULL || state->tracer_type == NULL ||
        state->exchange_type == NULL ||
        PyModule_AddObjectRef(module, "current_span", state->current) < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "version", clew_version());
}

static int module_traverse(PyObject* module, visitproc visit, void* arg) {
    ModuleState* state = PyModule_GetState(module);
    Py_VISIT(state->tracer_type);
    Py_VISIT(state->span_type);
    Py_VISIT(state->exchange_type);
    Py_VISIT(state->current);
    return 0;
}

static int module_clear(PyObject* module) {
    ModuleState* state = PyModule_GetState(module);
    Py_CLEAR(state->tracer_type);
    Py_CLEAR(state->span_type);
    Py_CLEAR(state->exchange_type);
    Py_CLEAR(state->current);
    Py_CLEAR(state->flush);
    Py_CLEAR(state->length);
    Py_CLEAR(state->server_name);
    Py_CLEAR(state->server_port);
    Py_CLEAR(state->writelines);
    return 0;
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, (void*)module_exec},
    {0, NULL},
};

static struct PyModuleDef module_definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "clew._native",
    .m_doc = module_doc,
    .m_size = sizeof(ModuleState),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module_definition); }
