// SPDX-License-Identifier: Apache-2.0
#pragma once

// One named background thread that can be woken and stopped. Made for code that lives inside
// somebody's application: the thread takes no signals (they belong to the application; so does what
// handles a fault, which the thread does take), has a small stack, and is not missed in a forked
// child, where a Worker simply is not running and may be started again.
//
//     worker.start("clew-report", [&](Worker& self) {
//         while (self.wait(1s) != Worker::Woken::stop) flush();
//     });
//
// Threads: wake() from anywhere, never blocks; wait() only in the body; start() and stop() by the
// owner, one at a time. The body must not throw: an exception ends the thread, never the program.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "clew/base/expected.h"

namespace clew {

class Worker {
public:
    enum class Woken { timeout, wake, stop };

    static constexpr std::size_t kStackBytes = std::size_t{256} * 1024;

    Worker() noexcept = default;
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    // Asks the body to stop and waits for it, however long that takes; stop() first to bound it.
    ~Worker();

    // `name` has at most 15 characters (longer ones are cut).
    // Errors: unavailable when the system gives no thread, invalid_argument when it runs already.
    Expected<void> start(const char* name, std::function<void(Worker&)> body);

    // Started, not yet stopped, and not inherited by fork().
    bool is_running() const noexcept;

    // The body's next or present wait() returns. Several calls may count as one.
    void wake() noexcept;

    // In the body: sleeps until wake(), stop() or the timeout. Once stopped, returns at once.
    Woken wait(std::chrono::microseconds timeout) noexcept;
    bool is_stopping() const noexcept;

    // Asks the body to return and waits until it has, at most for `deadline`. False: it still runs,
    // was left to itself, and what it uses must stay alive.
    bool stop(std::chrono::milliseconds deadline) noexcept;

    // Waits until the body has returned by itself, at most for `deadline`. False: it still runs.
    bool wait_until_ended(std::chrono::milliseconds deadline) noexcept;
    // stop() of a body that has returned, or is about to; and waits until the system, too, counts
    // its thread no longer, which a join does not say. Each at most for `deadline`.
    void stop_ended(std::chrono::milliseconds deadline) noexcept;

private:
    struct Thread;  // shared by the owner and the running thread

    static void* run(void* thread) noexcept;
    void forget() noexcept;

    std::shared_ptr<Thread> thread_;
};

}  // namespace clew
