// SPDX-License-Identifier: Apache-2.0
#include "wsgi.h"

#include "context.h"
#include "environ.h"

PyDoc_STRVAR(
    wsgi_doc,
    "Wsgi(application, skip=(), whole=(), trace_header=None, tags=None, remember=None, /)\n"
    "--\n\n"
    "A WSGI application (PEP 3333) around another one: each request is a server span\n"
    "of the tracing that is on when it comes. skip: paths, with all below, that are not\n"
    "traced. whole: types of bodies that the server must get as they are. trace_header:\n"
    "the name of a response header that tells the trace id. tags: {key of the environ:\n"
    "tag}, read when the span ends. remember: makes, of a wsgi.file_wrapper that is not a\n"
    "type, one that keeps what it returned in its attribute `result`."
);

typedef struct {
    // clang-format off
    PyObject_HEAD
        // clang-format on
        const ModuleState* state;  // of the type's module, which the type keeps
    PyObject* application;
    PyObject* skip;
    PyObject* whole;
    PyObject* trace_header;  // str, or NULL
    PyObject* tags;          // dict, or NULL
    PyObject* remember;      // callable, or NULL
    vectorcallfunc call;
} WsgiObject;

static PyObject* wsgi_call(PyObject*, PyObject* const*, size_t, PyObject*);

// A new reference to what an argument says, or NULL when it says nothing.
static PyObject* keep(PyObject* argument) {
    if (argument == NULL || argument == Py_None) {
        return NULL;
    }
    Py_INCREF(argument);
    return argument;
}

static PyObject* wsgi_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
    PyObject* parts[6] = {NULL, NULL, NULL, NULL, NULL, NULL};
    const ModuleState* state = PyType_GetModuleState(type);
    if (state == NULL ||
        !PyArg_UnpackTuple(
            args, "Wsgi", 1, 6, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4], &parts[5]
        )) {
        return NULL;
    }
    if (keywords != NULL || (parts[1] != NULL && !PyTuple_CheckExact(parts[1])) ||
        (parts[2] != NULL && !PyTuple_CheckExact(parts[2])) ||
        (parts[4] != NULL && parts[4] != Py_None && !PyDict_CheckExact(parts[4]))) {
        PyErr_SetString(PyExc_TypeError, "Wsgi() takes a callable, two tuples, a str and a dict");
        return NULL;
    }
    WsgiObject* self = (WsgiObject*)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->state = state;
        self->call = wsgi_call;
        self->application = keep(parts[0]);
        self->skip = keep(parts[1]);
        self->whole = keep(parts[2]);
        self->trace_header = keep(parts[3]);
        self->tags = keep(parts[4]);
        self->remember = keep(parts[5]);
    }
    return (PyObject*)self;
}

static int wsgi_traverse(WsgiObject* self, visitproc visit, void* arg) {
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->application);
    Py_VISIT(self->skip);
    Py_VISIT(self->whole);
    Py_VISIT(self->tags);
    Py_VISIT(self->remember);
    return 0;
}

static int wsgi_clear(WsgiObject* self) {
    Py_CLEAR(self->application);
    Py_CLEAR(self->skip);
    Py_CLEAR(self->whole);
    Py_CLEAR(self->trace_header);
    Py_CLEAR(self->tags);
    Py_CLEAR(self->remember);
    return 0;
}

static void wsgi_dealloc(WsgiObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    wsgi_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

// Whether the path is one of those to skip, or below one.
static bool is_skipped(const WsgiObject* self, PyObject* environ) {
    PyObject* path = PyDict_GetItemWithError(environ, self->state->names[name_path_info]);
    if (path == NULL || !PyUnicode_Check(path)) {
        PyErr_Clear();
        return false;
    }
    for (Py_ssize_t index = 0; index < PyTuple_GET_SIZE(self->skip); index++) {
        PyObject* start = PyTuple_GET_ITEM(self->skip, index);
        const Py_ssize_t size = PyUnicode_GET_LENGTH(start);
        if (PyUnicode_Tailmatch(path, start, 0, PY_SSIZE_T_MAX, -1) == 1 &&
            (PyUnicode_GET_LENGTH(path) == size || PyUnicode_READ_CHAR(path, size) == '/')) {
            return true;
        }
    }
    return false;
}

// Whether somebody further out has decided about the request already: a server's hook or this
// middleware traces it, or its path is one to skip.
static bool is_decided(const WsgiObject* self, PyObject* environ) {
    PyObject* found = PyDict_GetItemWithError(environ, self->state->names[name_span]);
    if (found == NULL) {
        PyErr_Clear();
        return false;
    }
    return !Py_IS_TYPE(found, self->state->span_type) || ((SpanObject*)found)->is_open;
}

// Leaves word of that for those further in. True, or false with an exception.
static bool decide_to_skip(const WsgiObject* self, PyObject* environ) {
    return PyDict_SetItem(environ, self->state->names[name_span], Py_None) == 0;
}

// The span of a request that shall have one; else NULL, and an exception if that is the
// application's.
static SpanObject* begin(const WsgiObject* self, PyObject* environ) {
    const ModuleState* state = self->state;
    if (state->active == NULL || !PyDict_Check(environ) || is_decided(self, environ)) {
        return NULL;
    }
    if (self->skip != NULL && is_skipped(self, environ)) {
        if (!decide_to_skip(self, environ)) {
            report_fault(state, "the start of a WSGI request");
        }
        return NULL;
    }
    TracerObject* tracer = state->active;
    Py_INCREF(tracer);  // tracing may be turned off meanwhile
    SpanObject* span = tracer_receive_environ(tracer, environ);
    Py_DECREF(tracer);
    if (span == NULL) {
        settle_fault(state, "the start of a WSGI request");
    }
    return span;
}

static PyObject* call_within(
    const ModuleState* state, SpanObject* span, PyObject* application, PyObject* const* args
) {
    PyObject* token = enter_context(state, span);
    PyObject* body = PyObject_Vectorcall(application, args, 2, NULL);
    leave_context(state, token);
    return body;
}

// The types that the server knows by sight: its own marks, its file wrapper.
static int is_known(const WsgiObject* self, PyObject* body, PyObject* types) {
    if (types == NULL || PyGen_CheckExact(body)) {
        return 0;
    }
    const int known = PyObject_IsInstance(body, types);
    if (known < 0) {
        report_fault(self->state, "the body of a WSGI response");
        return 0;
    }
    return known;
}

// The server's file wrapper, where it is a function: what that returned is all that such a server
// knows (uWSGI compares), so the application gets one that remembers.
static void remember_files(const WsgiObject* self, PyObject* environ) {
    PyObject* name = self->state->names[name_file_wrapper];
    PyObject* wrapper = PyDict_GetItemWithError(environ, name);
    if (wrapper == NULL || PyType_Check(wrapper) || self->remember == NULL) {
        return;
    }
    PyObject* memory = PyObject_CallOneArg(self->remember, wrapper);
    if (memory == NULL || PyDict_SetItem(environ, name, memory) < 0) {
        report_fault(self->state, "the file wrapper of a WSGI request");
    }
    Py_XDECREF(memory);  // the environ has it
}

// Whether the body is what the file wrapper returned last, which it forgets then: it would refer to
// the body, and the body's close() to what refers to the environ.
static bool is_remembered(const WsgiObject* self, PyObject* wrapper, PyObject* body) {
    if (self->remember == NULL || (PyObject*)Py_TYPE(wrapper) != self->remember) {
        return false;
    }
    PyObject* name = self->state->names[name_result];
    PyObject* result = PyObject_GetAttr(wrapper, name);
    const bool is_result = result == body;
    Py_XDECREF(result);
    if (result == NULL || PyObject_SetAttr(wrapper, name, Py_None) < 0) {
        report_fault(self->state, "the file wrapper of a WSGI request");
    }
    return is_result;
}

// Whether a body is what the server's file wrapper makes: a class, or a function.
static bool is_file_of(const WsgiObject* self, PyObject* body, PyObject* wrapper) {
    return PyType_Check(wrapper) ? is_known(self, body, wrapper) > 0
                                 : is_remembered(self, wrapper, body);
}

// Whether a server can only know a body by what it is, not by what it yields: bytes, which uWSGI
// takes whole, and marks, which are no iterables ("the connection is mine", of gunicorn). A number
// or None is an application's mistake, which shows when it is read.
static bool is_opaque(PyObject* body) {
    PyTypeObject* type = Py_TYPE(body);
    if (PyBytes_CheckExact(body) || PyByteArray_CheckExact(body) || PyMemoryView_Check(body)) {
        return true;
    }
    const bool may_be_mark =
        type == &PyBaseObject_Type || PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE);
    return may_be_mark && type->tp_iter == NULL && !PySequence_Check(body);
}

// What the server gets for the body; steals the reference.
static PyObject* answer(
    const WsgiObject* self, ResponseObject* response, PyObject* body, PyObject* environ
) {
    if (PyList_CheckExact(body) || PyTuple_CheckExact(body)) {
        return response_of_sized(response, body);
    }
    PyObject* wrapper = PyDict_GetItemWithError(environ, self->state->names[name_file_wrapper]);
    if (wrapper == NULL) {
        PyErr_Clear();
    } else if (is_file_of(self, body, wrapper)) {
        return response_of_file(response, body);
    }
    if (is_opaque(body) || is_known(self, body, self->whole)) {
        response_finish(response);
        return body;
    }
    const PySequenceMethods* sequence = Py_TYPE(body)->tp_as_sequence;
    const PyMappingMethods* mapping = Py_TYPE(body)->tp_as_mapping;
    const bool is_sized = (sequence != NULL && sequence->sq_length != NULL) ||
                          (mapping != NULL && mapping->mp_length != NULL);
    return is_sized ? response_of_sized(response, body) : response_of(response, body);
}

// A request that is not recorded: only what it does while it runs has to know its trace.
static PyObject* serve_unsampled(const WsgiObject* self, SpanObject* span, PyObject* const* args) {
    remember_files(self, args[0]);
    PyObject* body = call_within(self->state, span, self->application, args);
    if (body == NULL || PyList_CheckExact(body) || PyTuple_CheckExact(body)) {
        span_finish_now(span);
        return body;
    }
    ResponseObject* response = response_new(self->state, span, NULL, NULL);
    if (response == NULL) {
        PyErr_Clear();
        return body;
    }
    body = answer(self, response, body, args[0]);
    Py_DECREF(response);
    return body;
}

// Whether the application has taken the connection over, as eventlet's websockets do: what they
// return is empty, and says nothing.
static bool has_answered_itself(void) {
    static const char* const path[] = {"WSGI_LOCAL", "already_handled"};
    PyObject* name = PyUnicode_FromString("eventlet.wsgi");
    PyObject* found = name != NULL ? PyImport_GetModule(name) : NULL;
    Py_XDECREF(name);
    for (size_t index = 0; found != NULL && index < Py_ARRAY_LENGTH(path); index++) {
        Py_SETREF(found, PyObject_GetAttrString(found, path[index]));
    }
    const bool answered = found == Py_True;
    Py_XDECREF(found);
    PyErr_Clear();
    return answered;
}

static PyObject* serve(const WsgiObject* self, SpanObject* span, PyObject* const* args) {
    ResponseObject* response = response_new(self->state, span, args[1], self->trace_header);
    if (response == NULL) {
        return NULL;  // no memory: the application would have none either
    }
    remember_files(self, args[0]);
    response_tag_later(response, args[0], self->tags);
    PyObject* const inner[] = {args[0], (PyObject*)response};
    PyObject* body = call_within(self->state, span, self->application, inner);
    if (body == NULL) {
        response_failing(response);
        response_finish(response);
    } else {
        if (response->status[0] == 0 && response->write == NULL && has_answered_itself()) {
            Py_CLEAR(response->start_response);  // nobody will call it
        }
        body = answer(self, response, body, args[0]);
    }
    Py_DECREF(response);
    return body;
}

static PyObject* wsgi_call(
    PyObject* callable, PyObject* const* args, size_t count, PyObject* keywords
) {
    const WsgiObject* self = (WsgiObject*)callable;
    SpanObject* span = NULL;
    if (self->application == NULL) {
        PyErr_SetString(PyExc_RuntimeError, "the application is gone");  // by the garbage collector
        return NULL;
    }
    if (PyVectorcall_NARGS(count) == 2 && keywords == NULL) {
        span = begin(self, args[0]);
    }
    if (span == NULL) {
        return PyErr_Occurred() ? NULL
                                : PyObject_Vectorcall(self->application, args, count, keywords);
    }
    const bool is_plain = !clew_span_is_sampled(&span->span) && self->trace_header == NULL;
    PyObject* body = is_plain ? serve_unsampled(self, span, args) : serve(self, span, args);
    Py_DECREF(span);
    return body;
}

static PyMemberDef wsgi_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(WsgiObject, call), READONLY, NULL},
    {"__wrapped__", T_OBJECT_EX, offsetof(WsgiObject, application), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot wsgi_slots[] = {
    {Py_tp_new, (void*)wsgi_new},
    {Py_tp_dealloc, (void*)wsgi_dealloc},
    {Py_tp_traverse, (void*)wsgi_traverse},
    {Py_tp_clear, (void*)wsgi_clear},
    {Py_tp_call, (void*)PyVectorcall_Call},
    {Py_tp_members, wsgi_members},
    {Py_tp_doc, (void*)wsgi_doc},
    {0, NULL},
};

PyType_Spec wsgi_spec = {
    .name = "clew.Wsgi",
    .basicsize = sizeof(WsgiObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = wsgi_slots,
};
