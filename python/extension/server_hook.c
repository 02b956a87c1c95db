// SPDX-License-Identifier: Apache-2.0
#include "context.h"
#include "conventions.h"
#include "exchange.h"
#include "failure.h"
#include "http_request.h"

PyDoc_STRVAR(
    server_hook_doc,
    "ServerHook(tracer, original, watch_body, whole, legacy_tags, /)\n--\n\n"
    "In the place of a method `original` of a server's request handler that answers one\n"
    "request: makes that a server span, from the handler's attributes command, path,\n"
    "environ and client_address. While the span is recorded, an exchange stands for the\n"
    "handler's application and wfile; watch_body and whole say what becomes of the\n"
    "bodies of responses. legacy_tags: also the tag http.uri. Passes everything on while\n"
    "tracing is off, or on with another tracer; does not keep the tracer."
);

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        const ModuleState* state;  // of the type's module, which the type keeps
    uint64_t tracer;               // its number: whoever keeps the hook shall not keep a thread
    PyObject* original;
    PyObject* watch_body;
    PyObject* whole;
    bool legacy_tags;
    vectorcallfunc call;
} HookObject;

static PyObject* hook_call(PyObject*, PyObject* const*, size_t, PyObject*);

static PyObject* hook_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    PyObject* parts[5];
    const ModuleState* state = PyType_GetModuleState(type);
    if (state == NULL ||
        !PyArg_UnpackTuple(
            args, "ServerHook", 5, 5, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4]
        )) {
        return NULL;
    }
    if (keywords != NULL || !Py_IS_TYPE(parts[0], state->tracer_type) ||
        !PyCallable_Check(parts[1]) || !PyCallable_Check(parts[2]) ||
        !PyTuple_CheckExact(parts[3]) || !PyBool_Check(parts[4])) {
        PyErr_SetString(
            PyExc_TypeError, "ServerHook() takes a Tracer, two callables, a tuple and a bool"
        );
        return NULL;
    }
    HookObject* self = (HookObject*)type->tp_alloc(type, 0);
    if (self != NULL) {
        for (size_t index = 1; index < 4; index++) {
            Py_INCREF(parts[index]);
        }
        self->state = state;
        self->tracer = ((TracerObject*)parts[0])->number;
        self->original = parts[1];
        self->watch_body = parts[2];
        self->whole = parts[3];
        self->legacy_tags = parts[4] == Py_True;
        self->call = hook_call;
    }
    return (PyObject*)self;
}

static int hook_traverse(HookObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->original);
    Py_VISIT(self->watch_body);
    Py_VISIT(self->whole);
    return 0;
}

static int hook_clear(HookObject* self) {
    Py_CLEAR(self->original);
    Py_CLEAR(self->watch_body);
    Py_CLEAR(self->whole);
    return 0;
}

static void hook_dealloc(HookObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    hook_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject* attribute(const HookObject* self, PyObject* handler, int name) {
    return PyObject_GetAttr(handler, self->state->names[name]);
}

// 0, or -1 with an exception.
static int tell_request(
    const HookObject* self, SpanObject* span, PyObject* handler, PyObject* method, PyObject* environ
) {
    PyObject* target = attribute(self, handler, name_path);
    PyObject* peer = target != NULL ? attribute(self, handler, name_client_address) : NULL;
    int told = -1;
    if (peer != NULL) {
        told = http_tell(span, method, target, environ, peer);
    }
    if (told == 0 && self->legacy_tags) {
        static const clew_text uri = {"http.uri", 8};
        TextView path = text_of(target);
        clew_span_tag(&span->span, uri, path.text);
        span_tag_query(span, path.text);
        text_done(&path);
    }
    Py_XDECREF(target);
    Py_XDECREF(peer);
    return told;
}

// The span of the request that a handler has read; NULL when it has none, with an exception if that
// is the application's.
static SpanObject* begin(const HookObject* self, PyObject* handler) {
    TracerObject* tracer = self->state->active;
    if (tracer == NULL || tracer->number != self->tracer) {
        return NULL;
    }
    Py_INCREF(tracer);  // tracing may be turned off meanwhile
    PyObject* method = attribute(self, handler, name_command);
    PyObject* environ = method != NULL ? attribute(self, handler, name_environ) : NULL;
    SpanObject* span = NULL;
    if (environ != NULL) {
        span = http_receive(tracer, method, environ);
    }
    if (span != NULL && clew_span_is_sampled(&span->span) &&
        tell_request(self, span, handler, method, environ) < 0) {
        span_abandon(span);
        Py_CLEAR(span);
    }
    Py_DECREF(tracer);
    Py_XDECREF(environ);
    Py_XDECREF(method);
    if (span == NULL) {
        settle_fault(self->state, "the start of a server span");
    }
    return span;
}

static PyObject* pass_on(const HookObject* self, PyObject* handler) {
    return PyObject_CallOneArg(self->original, handler);
}

static int set_both(
    const HookObject* self, PyObject* handler, PyObject* wfile, PyObject* application
) {
    PyObject* const* names = self->state->names;
    return PyObject_SetAttr(handler, names[name_wfile], wfile) < 0 ||
                   PyObject_SetAttr(handler, names[name_application], application) < 0
               ? -1
               : 0;
}

// Each of them, whatever becomes of the other.
static void put_back(
    const HookObject* self, PyObject* handler, PyObject* wfile, PyObject* application
) {
    static const char place[] = "the end of a server span";
    if (PyObject_SetAttr(handler, self->state->names[name_wfile], wfile) < 0) {
        report_fault(self->state, place);
    }
    if (PyObject_SetAttr(handler, self->state->names[name_application], application) < 0) {
        report_fault(self->state, place);
    }
}

// Both parts of a response's end with the exception that is on its way, which stays set. exchange
// may be NULL. Not inlined: see exchange.c.
__attribute__((noinline)) static void end_failing(
    const HookObject* self,
    PyObject* handler,
    SpanObject* span,
    PyObject* exchange,
    PyObject* wfile,
    PyObject* application
) {
    PyObject* type = NULL;
    PyObject* error = NULL;
    PyObject* traceback = NULL;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (exchange != NULL) {
        put_back(self, handler, wfile, application);
        exchange_tell_status(exchange);
    }
    if (error != NULL && traceback != NULL) {
        PyException_SetTraceback(error, traceback);
    }
    if (error != NULL && !span->has_error) {
        span_tell_error(span, error);
    }
    PyErr_Restore(type, error, traceback);
}

// The original, while an exchange stands for the handler's application and file; without one it is
// called all the same.
static PyObject* pass_on_watched(const HookObject* self, PyObject* handler, SpanObject* span) {
    const ModuleState* state = self->state;
    PyObject* wfile = PyObject_GetAttr(handler, state->names[name_wfile]);
    PyObject* application =
        wfile != NULL ? PyObject_GetAttr(handler, state->names[name_application]) : NULL;
    PyObject* exchange = NULL;
    if (application != NULL) {
        exchange = exchange_new(state, span, application, wfile, self->watch_body, self->whole);
    }
    if (exchange == NULL || set_both(self, handler, exchange, exchange) < 0) {
        const bool is_fault = settle_fault(state, "the start of a server span") == 0;
        if (is_fault && exchange != NULL) {
            put_back(self, handler, wfile, application);
            Py_CLEAR(exchange);
        }
    }
    PyObject* done = PyErr_Occurred() ? NULL : pass_on(self, handler);
    if (done == NULL) {
        end_failing(self, handler, span, exchange, wfile, application);
    } else if (exchange != NULL) {
        put_back(self, handler, wfile, application);
        exchange_tell_status(exchange);
    }
    Py_XDECREF(exchange);
    Py_XDECREF(application);
    Py_XDECREF(wfile);
    return done;
}

static PyObject* hook_call(
    PyObject* callable, PyObject* const* args, size_t count, PyObject* keywords
) {
    const HookObject* self = (HookObject*)callable;
    SpanObject* span = NULL;
    if (self->original == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the hook is gone");  // by the garbage collector
        return NULL;
    }
    if (PyVectorcall_NARGS(count) == 1 && keywords == NULL) {
        span = begin(self, args[0]);
    }
    if (span == NULL) {
        return PyErr_Occurred() ? NULL : PyObject_Vectorcall(self->original, args, count, keywords);
    }
    PyObject* environ = NULL;
    if (clew_span_is_sampled(&span->span)) {
        environ = attribute(self, args[0], name_environ);
        PyErr_Clear();
    }
    PyObject* token = enter_context(self->state, span);
    PyObject* done = clew_span_is_sampled(&span->span) ? pass_on_watched(self, args[0], span)
                                                       : pass_on(self, args[0]);
    leave_context(self->state, token);
    if (environ != NULL) {
        span_tell_routed(span, environ);
        Py_DECREF(environ);
    }
    span_finish_now(span);
    Py_DECREF(span);
    return done;
}

static PyObject* hook_get(PyObject* self, PyObject* instance, PyObject* Py_UNUSED(owner)) {
    if (instance == NULL || instance == Py_None) {
        Py_INCREF(self);
        return self;
    }
    return PyMethod_New(self, instance);
}

// Whatever a function has is the original's: its name, its words.
static PyObject* hook_getattro(PyObject* self, PyObject* name) {
    PyObject* original = ((HookObject*)self)->original;
    const bool is_types_too = PyUnicode_CompareWithASCIIString(name, "__doc__") == 0 ||
                              PyUnicode_CompareWithASCIIString(name, "__module__") == 0;
    if (original != NULL && is_types_too) {
        return PyObject_GetAttr(original, name);
    }
    PyObject* found = PyObject_GenericGetAttr(self, name);
    if (found == NULL && original != NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        found = PyObject_GetAttr(original, name);
    }
    return found;
}

static PyMemberDef hook_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(HookObject, call), READONLY, NULL},
    {"__wrapped__", T_OBJECT_EX, offsetof(HookObject, original), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot hook_slots[] = {
    {Py_tp_new, (void*)hook_new},
    {Py_tp_dealloc, (void*)hook_dealloc},
    {Py_tp_traverse, (void*)hook_traverse},
    {Py_tp_clear, (void*)hook_clear},
    {Py_tp_call, (void*)PyVectorcall_Call},
    {Py_tp_descr_get, (void*)hook_get},
    {Py_tp_getattro, (void*)hook_getattro},
    {Py_tp_members, hook_members},
    {Py_tp_doc, (void*)server_hook_doc},
    {0, NULL},
};

PyType_Spec server_hook_spec = {
    .name = "clew.ServerHook",
    .basicsize = sizeof(HookObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL |
             Py_TPFLAGS_METHOD_DESCRIPTOR,
    .slots = hook_slots,
};
