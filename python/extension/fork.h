// SPDX-License-Identifier: Apache-2.0
#pragma once

// Before the interpreter forks (os.fork(), multiprocessing, subprocess with a preexec_fn) the
// threads of all tracers end, since CPython from 3.12 on warns of a fork with several threads; they
// start again with the next span that finishes, in both processes. Threads: as extension.h.

#include "extension.h"

// How long a fork may be held up, for each tracer: a collector that answers needs some of it.
#define FORK_WAIT_MS_MAX 250

// Makes a new tracer one of those that end their threads; with the first one of an interpreter its
// forks are watched. 0, or -1 with an exception.
int fork_watch(PyTypeObject* type, TracerObject* tracer);
// The opposite, for a tracer that is going.
void fork_forget(TracerObject* tracer);
extern PyMethodDef fork_methods[];
