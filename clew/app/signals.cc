// SPDX-License-Identifier: Apache-2.0
#include "clew/app/signals.h"

#include <cerrno>

#include <signal.h>
#include <unistd.h>

namespace clew::app {

namespace {

constexpr long kCheckEveryNanoseconds = 50'000'000;

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

Signals::Signals() {
    const sigset_t set = ending_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A peer that hangs up is an error of its socket, not of the program.
    signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    ending_ = true;
    if (second_.joinable()) second_.join();
}

const char* Signals::wait() {
    const sigset_t set = ending_signals();
    int number = 0;
    while ((number = sigwaitinfo(&set, nullptr)) < 0 && errno == EINTR) {}
    second_ = std::thread([this] { exit_at_the_next(); });
    return number == SIGINT ? "SIGINT" : "SIGTERM";
}

void Signals::exit_at_the_next() {
    const sigset_t set = ending_signals();
    const timespec patience{0, kCheckEveryNanoseconds};
    while (!ending_) {
        const int number = sigtimedwait(&set, nullptr, &patience);
        if (number > 0) _exit(128 + number);
    }
}

}  // namespace clew::app
