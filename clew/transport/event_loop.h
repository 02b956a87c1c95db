// SPDX-License-Identifier: Apache-2.0
#pragma once

// The threads on which a server's sockets live: one Asio io_context per thread, so whatever belongs
// to one connection runs on one thread and needs no lock. Made once by the program, before the
// listeners that use it, and ended after them. What runs here never blocks: not on a disk, not on a
// lock that is held for long, not on a query.
//
// Threads: start() and stop() from the owner; the contexts as Asio allows (post from anywhere).

#include <atomic>
#include <cstddef>
#include <memory>

#include "clew/base/expected.h"

namespace boost::asio {
class io_context;
}

namespace clew::transport {

class EventLoop {
public:
    // Requires: thread_count >= 1. What the operating system refuses here (file descriptors) is
    // told by start(), and by the listeners that are opened on the loop.
    explicit EventLoop(std::size_t thread_count);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // Starts the threads ("clew-loop-0", ...). Called once. Errors: io, when there is no thread or
    // no file descriptor left.
    Expected<void> start();

    // An error when the loop could not be made.
    const Expected<void>& made() const noexcept { return made_; }

    // Ends the threads; what they have not begun by then is never run. Idempotent.
    void stop();

    // Between start() and stop().
    bool is_running() const noexcept { return running_.load(); }

    std::size_t thread_count() const noexcept;

    // Requires: index < thread_count(). Valid until: the loop ends.
    boost::asio::io_context& context(std::size_t index) noexcept;

    // Where the next connection should live: the contexts in turn.
    boost::asio::io_context& next_context() noexcept;

private:
    struct Threads;  // keeps Asio out of this header

    std::unique_ptr<Threads> threads_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> running_{false};
    Expected<void> made_;
};

}  // namespace clew::transport
