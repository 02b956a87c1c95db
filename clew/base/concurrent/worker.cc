// SPDX-License-Identifier: Apache-2.0
#include "clew/base/concurrent/worker.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <new>
#include <utility>

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clew/base/concurrent/fork_guard.h"

namespace clew {

namespace {

constexpr std::uint32_t kWake = 1;
constexpr std::uint32_t kStop = 2;

using SteadyClock = std::chrono::steady_clock;

// Sleeps while `word` has the value `seen`; null timeout: without end. May return early.
void futex_wait(
    std::atomic<std::uint32_t>& word, std::uint32_t seen, const timespec* timeout
) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, timeout, nullptr, 0);
}

void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

// What is left until `end`, false when nothing is.
bool time_left(SteadyClock::time_point end, timespec& left) noexcept {
    const auto ns = std::chrono::nanoseconds(end - SteadyClock::now()).count();
    if (ns <= 0) return false;
    left.tv_sec = static_cast<time_t>(ns / 1'000'000'000);
    left.tv_nsec = static_cast<long>(ns % 1'000'000'000);
    return true;
}

// Now plus `timeout`, without overflow for "for ever".
SteadyClock::time_point end_of(std::chrono::microseconds timeout) noexcept {
    constexpr std::chrono::microseconds kLongest = std::chrono::hours(24 * 365);
    return SteadyClock::now() + std::clamp(timeout, std::chrono::microseconds(0), kLongest);
}

// Whether the system still counts a thread of this process.
bool is_listed(pid_t thread) noexcept { return syscall(SYS_tgkill, getpid(), thread, 0) == 0; }

// Of the thread itself, not sent to the process. Blocked, they would end the application without a
// word from its crash handler, or a sanitizer's.
constexpr std::array kFaults = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};

// Born with every signal blocked that is sent: those are the application's. Returns an errno value.
int create_thread(pthread_t& id, void* (*run)(void*), void* argument) noexcept {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, Worker::kStackBytes);
    sigset_t all_sent;
    sigset_t before;
    sigfillset(&all_sent);
    for (const int fault : kFaults) sigdelset(&all_sent, fault);
    pthread_sigmask(SIG_SETMASK, &all_sent, &before);
    const int failed = pthread_create(&id, &attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    return failed;
}

}  // namespace

struct Worker::Thread {
    std::function<void(Worker&)> body;
    char name[16] = {};
    std::uint32_t generation = 0;  // of the process that started it
    pthread_t id{};
    std::atomic<std::uint32_t> signals{0};  // kWake, kStop
    std::atomic<std::uint32_t> ended{0};
    std::atomic<pid_t> number{0};  // the system's, once it runs
};

Worker::~Worker() {
    if (!is_running()) return;
    thread_->signals.fetch_or(kStop, std::memory_order_acq_rel);
    futex_wake(thread_->signals);
    pthread_join(thread_->id, nullptr);
}

Expected<void> Worker::start(const char* name, std::function<void(Worker&)> body) {
    if (is_running()) return Error{Code::invalid_argument, "the worker is running already"};
    forget();
    std::shared_ptr<Thread> thread;
    std::unique_ptr<std::shared_ptr<Thread>> handed_over;
    try {
        thread = std::make_shared<Thread>();
        handed_over = std::make_unique<std::shared_ptr<Thread>>(thread);
    } catch (const std::bad_alloc&) {
        return Error{Code::unavailable, "no memory for a thread"};
    }
    thread->body = std::move(body);
    std::strncpy(thread->name, name, sizeof thread->name - 1);
    thread->generation = fork_generation();
    if (const int failed = create_thread(thread->id, &Worker::run, handed_over.get())) {
        Error error = system_error("starting a thread", failed);
        error.code = Code::unavailable;
        return error;
    }
    static_cast<void>(handed_over.release());  // the thread deletes it
    thread_ = std::move(thread);
    return {};
}

void* Worker::run(void* handed_over) noexcept {
    auto* const passed = static_cast<std::shared_ptr<Thread>*>(handed_over);
    const std::shared_ptr<Thread> thread = std::move(*passed);
    delete passed;
    thread->number.store(gettid(), std::memory_order_relaxed);
    pthread_setname_np(pthread_self(), thread->name);
    try {
        Worker self;
        self.thread_ = thread;
        struct Forget {
            Worker& worker;
            ~Forget() { worker.forget(); }
        } const at_end{self};
        thread->body(self);
    } catch (...) {
        // The body promised not to throw. Its thread ends; the application goes on.
    }
    thread->ended.store(1, std::memory_order_release);
    futex_wake(thread->ended);
    return nullptr;
}

bool Worker::is_running() const noexcept {
    return thread_ != nullptr && thread_->generation == fork_generation();
}

void Worker::forget() noexcept { thread_.reset(); }

void Worker::wake() noexcept {
    if (!is_running()) return;
    // Pairs with the acquire in wait(): what was done before wake() is seen after it.
    if ((thread_->signals.fetch_or(kWake, std::memory_order_acq_rel) & kWake) == 0) {
        futex_wake(thread_->signals);
    }
}

Worker::Woken Worker::wait(std::chrono::microseconds timeout) noexcept {
    const SteadyClock::time_point end = end_of(timeout);
    for (;;) {
        const std::uint32_t signals = thread_->signals.load(std::memory_order_acquire);
        if ((signals & kStop) != 0) return Woken::stop;
        if ((signals & kWake) != 0) {
            thread_->signals.fetch_and(~kWake, std::memory_order_acq_rel);
            return Woken::wake;
        }
        timespec left;
        if (!time_left(end, left)) return Woken::timeout;
        futex_wait(thread_->signals, signals, &left);
    }
}

bool Worker::is_stopping() const noexcept {
    return thread_ != nullptr && (thread_->signals.load(std::memory_order_acquire) & kStop) != 0;
}

bool Worker::stop(std::chrono::milliseconds deadline) noexcept {
    if (!is_running()) {
        forget();
        return true;
    }
    thread_->signals.fetch_or(kStop, std::memory_order_acq_rel);
    futex_wake(thread_->signals);
    const bool ended = wait_until_ended(deadline);
    if (ended) {
        pthread_join(thread_->id, nullptr);
    } else {
        pthread_detach(thread_->id);
    }
    forget();
    return ended;
}

void Worker::stop_ended(std::chrono::milliseconds deadline) noexcept {
    const std::shared_ptr<Thread> thread = thread_;
    if (!is_running() || !stop(deadline)) return;
    const SteadyClock::time_point end = end_of(deadline);
    timespec left;
    while (is_listed(thread->number.load(std::memory_order_relaxed)) && time_left(end, left)) {
        sched_yield();
    }
}

bool Worker::wait_until_ended(std::chrono::milliseconds deadline) noexcept {
    const SteadyClock::time_point end = end_of(deadline);
    timespec left;
    // Pairs with the release in run().
    while (thread_->ended.load(std::memory_order_acquire) == 0) {
        if (!time_left(end, left)) return false;
        futex_wait(thread_->ended, 0, &left);
    }
    return true;
}

}  // namespace clew
