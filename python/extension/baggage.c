// SPDX-License-Identifier: Apache-2.0
#include "extension.h"

// clew_visit: adds a member to the dict `visitor`.
static int add_member(void* visitor, clew_text key, clew_text value) {
    PyObject* name = PyUnicode_DecodeASCII(key.text, (Py_ssize_t)key.size, "replace");
    PyObject* text = PyUnicode_DecodeUTF8(value.text, (Py_ssize_t)value.size, "replace");
    const int added = name == NULL || text == NULL ? -1 : PyDict_SetItem(visitor, name, text);
    Py_XDECREF(name);
    Py_XDECREF(text);
    return added;
}

PyObject* span_get_baggage(SpanObject* self, void* Py_UNUSED(closure)) {
    PyObject* members = PyDict_New();
    if (members != NULL && self->carried != NULL) {
        clew_baggage_visit(self->carried, add_member, members);
        if (PyErr_Occurred()) {
            Py_CLEAR(members);
        }
    }
    return members;
}

const char set_baggage_doc[] = PyDoc_STR(
    "set_baggage(name, value, /)\n"
    "--\n\n"
    "Lets a value, any text, travel with this span from now on: into inject(), and to the\n"
    "spans that start below it from now on. None as the value takes the name out. True\n"
    "when it does; False, and nothing has changed, when the name is no HTTP token or a\n"
    "limit of W3C Baggage (64 members, 8192 bytes) would be passed. It is sent where the\n"
    "option propagation names 'baggage'."
);

// As `self` carries, with the change made; false when it is refused.
static bool change(
    const SpanObject* self, PyObject* name, PyObject* value, const clew_carried** changed
) {
    TextView key = text_of(name);
    bool accepted = true;
    if (value == Py_None) {
        *changed = clew_baggage_remove(self->carried, key.text);
    } else {
        TextView text = text_of(value);
        accepted = clew_baggage_set(self->carried, key.text, text.text, changed) != 0;
        text_done(&text);
    }
    text_done(&key);
    return accepted;
}

PyObject* span_set_baggage(SpanObject* self, PyObject* const* args, Py_ssize_t count) {
    if (count != 2) {
        PyErr_Format(PyExc_TypeError, "set_baggage() takes 2 arguments (%zd given)", count);
        return NULL;
    }
    const clew_carried* changed = NULL;
    if (self->tracer == NULL || !change(self, args[0], args[1], &changed)) {
        Py_RETURN_FALSE;
    }
    clew_carried_release(self->carried);
    self->carried = changed;
    Py_RETURN_TRUE;
}
