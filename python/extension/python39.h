// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the oldest supported CPython, 3.9, lacks of the C API that is used here.
// To be deleted with it.

#include <Python.h>

// 3.9 ignores the bit; add_type() then does what it stands for.
#ifndef Py_TPFLAGS_DISALLOW_INSTANTIATION
#define Py_TPFLAGS_DISALLOW_INSTANTIATION (1UL << 7)
#endif
