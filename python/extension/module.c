// SPDX-License-Identifier: Apache-2.0
#include "context.h"
#include "fork.h"

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
    "task), or None: also where its request has ended, see Tracer.detach_after()."
);
static PyObject* current(PyObject* module, PyObject* Py_UNUSED(ignored)) {
    return context_current(PyModule_GetState(module));
}

static PyMethodDef module_methods[] = {
    {"current", current, METH_NOARGS, current_doc},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject* add_type(PyObject* module, PyType_Spec* spec) {
    PyObject* type = PyType_FromModuleAndSpec(module, spec, NULL);
    if (type != NULL && (spec->flags & Py_TPFLAGS_DISALLOW_INSTANTIATION) != 0) {
        ((PyTypeObject*)type)->tp_new = NULL;  // 3.9 has inherited object's
    }
    if (type != NULL && PyModule_AddType(module, (PyTypeObject*)type) < 0) {
        Py_CLEAR(type);
    }
    return (PyTypeObject*)type;
}

// As PyModule_AddObjectRef(), which 3.9 lacks: null stands for an error that is already set.
static int add_object(PyObject* module, const char* name, PyObject* object) {
    if (object == NULL) {
        return -1;
    }
    Py_INCREF(object);
    if (PyModule_AddObject(module, name, object) < 0) {
        Py_DECREF(object);
        return -1;
    }
    return 0;
}

static int intern_names(ModuleState* state) {
#define CLEW_NAME_TEXT(name, text) text,
    static const char* const texts[] = {CLEW_NAMES(CLEW_NAME_TEXT)};
#undef CLEW_NAME_TEXT
    for (size_t index = 0; index < name_count; index++) {
        state->names[index] = PyUnicode_InternFromString(texts[index]);
        if (state->names[index] == NULL) {
            return -1;
        }
    }
    return 0;
}

static int add_types(PyObject* module, ModuleState* state) {
    const struct {
        PyTypeObject** type;
        PyType_Spec* spec;
    } types[] = {
        {&state->span_type, &span_spec},
        {&state->tracer_type, &tracer_spec},
        {&state->exchange_type, &exchange_spec},
        {&state->server_hook_type, &server_hook_spec},
        {&state->wsgi_type, &wsgi_spec},
        {&state->response_type, &response_spec},
        {&state->sized_response_type, &sized_response_spec},
    };
    for (size_t index = 0; index < Py_ARRAY_LENGTH(types); index++) {
        *types[index].type = add_type(module, types[index].spec);
        if (*types[index].type == NULL) {
            return -1;
        }
    }
    return 0;
}

static int module_exec(PyObject* module) {
    ModuleState* state = PyModule_GetState(module);
    state->current = PyContextVar_New("clew.current_span", NULL);
    if (state->current == NULL || intern_names(state) < 0 || add_types(module, state) < 0 ||
        PyModule_AddFunctions(module, face_methods) < 0 ||
        PyModule_AddFunctions(module, fork_methods) < 0) {
        return -1;
    }
    state->has_served = &state->own_served;
    state->spare = PyMem_Calloc(1, sizeof *state->spare);
    state->no_span = (SpanObject*)state->span_type->tp_alloc(state->span_type, 0);
    if (state->no_span == NULL ||
        add_object(module, "no_span", (PyObject*)state->no_span) < 0 ||
        add_object(module, "current_span", state->current) < 0) {
        return -1;
    }
    PyObject* options = option_names();
    const int added = add_object(module, "tracer_options", options);
    Py_XDECREF(options);
    if (added < 0) {
        return -1;
    }
    return PyModule_AddStringConstant(module, "version", clew_version());
}

static int module_traverse(PyObject* module, visitproc visit, void* arg) {
    ModuleState* state = PyModule_GetState(module);
    Py_VISIT(state->tracer_type);
    Py_VISIT(state->span_type);
    Py_VISIT(state->exchange_type);
    Py_VISIT(state->server_hook_type);
    Py_VISIT(state->wsgi_type);
    Py_VISIT(state->response_type);
    Py_VISIT(state->sized_response_type);
    Py_VISIT(state->current);
    Py_VISIT(state->active);
    Py_VISIT(state->report);
    Py_VISIT(state->stack_of);
    Py_VISIT(state->tell_routed);
    Py_VISIT(state->served.obj);
    Py_VISIT(state->no_span);
    return 0;
}

static int module_clear(PyObject* module) {
    ModuleState* state = PyModule_GetState(module);
    Py_CLEAR(state->active);
    Py_CLEAR(state->report);
    Py_CLEAR(state->stack_of);
    Py_CLEAR(state->tell_routed);
    state->has_served = &state->own_served;
    PyBuffer_Release(&state->served);
    Py_CLEAR(state->no_span);
    spare_spans_free(state);
    Py_CLEAR(state->tracer_type);
    Py_CLEAR(state->span_type);
    Py_CLEAR(state->exchange_type);
    Py_CLEAR(state->server_hook_type);
    Py_CLEAR(state->wsgi_type);
    Py_CLEAR(state->response_type);
    Py_CLEAR(state->sized_response_type);
    Py_CLEAR(state->current);
    for (size_t index = 0; index < name_count; index++) {
        Py_CLEAR(state->names[index]);
    }
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
