// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

// What a web framework knows about a server span's request and the server does not: the route that
// matched, and the exception that the framework answers by itself.

const char set_route_doc[] =
    "set_route(method, route, /)\n"
    "--\n\n"
    "Says which route of the application matched, as the framework spells it: the tag\n"
    "http.route, and the name (\"GET /hello/{name}\") unless set_name() has been called.";
PyObject* span_set_route(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "set_route() takes 2 arguments (%zd given)", count);
        return NULL;
    }
    if (self->is_open && clew_span_is_sampled(&self->span)) {
        static const clew_text key = {"http.route", 10};
        TextView route = text_of(args[1]);
        clew_span_tag(&self->span, key, route.text);
        text_done(&route);
        if (!self->is_named) {
            PyObject* name = PyUnicode_FromFormat("%S %S", args[0], args[1]);
            if (name == NULL) {
                return NULL;
            }
            TextView text = text_of(name);
            clew_span_set_name(&self->span, text.text);
            text_done(&text);
            Py_DECREF(name);
        }
    }
    Py_RETURN_NONE;
}

// Not inlined: see exchange.c.
__attribute__((noinline)) static void call_routed(const ModuleState* state, PyObject* environ) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyObject* done = PyObject_CallOneArg(state->tell_routed, environ);
    if (done == NULL) {
        report_fault(state, "the route of a request");
    }
    Py_XDECREF(done);
    PyErr_Restore(type, error, traceback);
}

void span_tell_routed(SpanObject* self, PyObject* environ) {
    const ModuleState* state = self->tracer->state;
    if (state->tell_routed != NULL && PyDict_Check(environ) &&
        PyDict_GetItem(environ, state->names[name_routing_args]) != NULL) {
        call_routed(state, environ);
    }
}
