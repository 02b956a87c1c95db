// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a person or a supervisor ends a server: the first SIGTERM, SIGINT or SIGHUP (its terminal has
// closed) asks it to finish what is in flight, the second ends it at once. A SIGHUP that is ignored
// when the program starts (nohup) stays ignored.
//
// Threads: made on the main thread before any other thread is, so that all of them leave these
// signals to it.

#include <atomic>
#include <thread>

#include <signal.h>

namespace clew::app {

class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // Blocks until the first signal comes and returns its name, e.g. "SIGTERM". From then on the
    // next one ends the process with status 128 and its number.
    const char* wait();

private:
    void exit_at_the_next();

    sigset_t signals_;
    std::atomic<bool> ending_{false};
    std::thread second_;
};

}  // namespace clew::app
