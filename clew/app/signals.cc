// SPDX-License-Identifier: Apache-2.0
#include "clew/app/signals.h"

#include <cerrno>

#include <unistd.h>

namespace clew::app {

namespace {

constexpr long kCheckEveryNanoseconds = 50'000'000;

bool is_ignored(int number) {
    struct sigaction action {};
    return sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t ending_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);
    return set;
}

const char* name_of(int number) {
    return number == SIGINT ? "SIGINT" : number == SIGHUP ? "SIGHUP" : "SIGTERM";
}

}  // namespace

Signals::Signals() : signals_(ending_signals()) {
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    // A peer that hangs up is an error of its socket, not of the program.
    signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    ending_ = true;
    if (second_.joinable()) second_.join();
}

const char* Signals::wait() {
    int number = 0;
    while ((number = sigwaitinfo(&signals_, nullptr)) < 0 && errno == EINTR) {}
    second_ = std::thread([this] { exit_at_the_next(); });
    return name_of(number);
}

void Signals::exit_at_the_next() {
    const timespec patience{0, kCheckEveryNanoseconds};
    while (!ending_) {
        const int number = sigtimedwait(&signals_, nullptr, &patience);
        if (number > 0) _exit(128 + number);
    }
}

}  // namespace clew::app
