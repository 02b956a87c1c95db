// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "extension.h"

static TextView view_of_bytes(PyObject* bytes) {
    TextView view = {{PyBytes_AS_STRING(bytes), (size_t)PyBytes_GET_SIZE(bytes)}, bytes};
    return view;
}

// Takes over the reference `owner` when it is not NULL.
static TextView view_of_str(PyObject* str, PyObject* owner) {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(str, &size);
    if (text != NULL) {
        TextView view = {{text, (size_t)size}, owner};
        return view;
    }
    PyErr_Clear();  // lone surrogates: the rest of the text is still worth having
    PyObject* bytes = PyUnicode_AsEncodedString(str, "utf-8", "replace");
    Py_XDECREF(owner);
    if (bytes == NULL) {
        PyErr_Clear();
        TextView view = {{"<no memory>", 11}, NULL};
        return view;
    }
    return view_of_bytes(bytes);
}

// Without the module, which only types made in C carry there.
static const char* type_name(PyObject* object) {
    const char* name = Py_TYPE(object)->tp_name;
    const char* dot = strrchr(name, '.');
    return dot == NULL ? name : dot + 1;
}

static TextView view_of_type_name(PyObject* object, const char* format) {
    PyObject* name = PyUnicode_FromFormat(format, type_name(object));
    if (name == NULL) {
        PyErr_Clear();
        TextView view = {{"<no memory>", 11}, NULL};
        return view;
    }
    return view_of_str(name, name);
}

TextView text_of(PyObject* object) {
    if (PyUnicode_Check(object)) {
        return view_of_str(object, NULL);
    }
    if (PyBytes_Check(object)) {
        Py_INCREF(object);
        return view_of_bytes(object);
    }
    PyObject* str = PyObject_Str(object);
    if (str == NULL) {
        PyErr_Clear();
        return view_of_type_name(object, "<%s that cannot be shown>");
    }
    return view_of_str(str, str);
}

TextView text_of_exception(PyObject* exception) {
    PyObject* words = PyObject_Str(exception);
    if (words == NULL) {
        PyErr_Clear();
    } else if (PyUnicode_GET_LENGTH(words) > 0) {
        PyObject* both = PyUnicode_FromFormat("%s: %U", type_name(exception), words);
        Py_DECREF(words);
        if (both != NULL) {
            return view_of_str(both, both);
        }
        PyErr_Clear();
    } else {
        Py_DECREF(words);
    }
    return view_of_type_name(exception, "%s");
}

void text_done(TextView* view) { Py_CLEAR(view->owner); }

int parse_kind(PyObject* name, clew_kind* kind) {
    static const struct {
        const char* name;
        clew_kind kind;
    } kinds[] = {
        {"local", clew_kind_local},
        {"client", clew_kind_client},
        {"server", clew_kind_server},
        {"producer", clew_kind_producer},
        {"consumer", clew_kind_consumer},
    };
    if (PyUnicode_Check(name)) {
        for (size_t index = 0; index < Py_ARRAY_LENGTH(kinds); index++) {
            if (PyUnicode_CompareWithASCIIString(name, kinds[index].name) == 0) {
                *kind = kinds[index].kind;
                return 0;
            }
        }
    }
    PyErr_Format(
        PyExc_ValueError,
        "kind must be 'local', 'client', 'server', 'producer' or 'consumer', not %R",
        name
    );
    return -1;
}
