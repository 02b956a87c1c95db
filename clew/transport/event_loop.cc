// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/event_loop.h"

#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include "clew/base/assert.h"

namespace clew::transport {

namespace {

// One thread runs each context, which spares Asio most of its wake-ups.
constexpr int kThreadsPerContext = 1;

struct LoopThread {
    boost::asio::io_context context{kThreadsPerContext};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
        context.get_executor()};
    std::thread thread;

    // Asio makes what it polls with at the first socket or timer, and throws when it cannot: here,
    // where it can be told, and not at a peer's connection.
    void make_reactor() { boost::asio::steady_timer timer(context); }
};

// A handler that finds no memory costs its connection, and not the server.
void run(boost::asio::io_context& context) {
    while (!context.stopped()) {
        try {
            context.run();
        } catch (const std::bad_alloc&) {
            continue;
        }
    }
}

}  // namespace

struct EventLoop::Threads {
    std::vector<std::unique_ptr<LoopThread>> all;
};

EventLoop::EventLoop(std::size_t thread_count) : threads_(std::make_unique<Threads>()) {
    CLEW_ASSERT(thread_count >= 1);
    for (std::size_t i = 0; i < thread_count; ++i) {
        threads_->all.push_back(std::make_unique<LoopThread>());
    }
    try {
        for (const std::unique_ptr<LoopThread>& loop : threads_->all) loop->make_reactor();
    } catch (const boost::system::system_error& error) {
        made_ = system_error("making the event loop", error.code().value());
    }
}

EventLoop::~EventLoop() { stop(); }

Expected<void> EventLoop::start() {
    CLEW_ASSERT(!running_.load());
    if (!made_) return made_;
    running_ = true;
    for (std::size_t i = 0; i < threads_->all.size(); ++i) {
        LoopThread& loop = *threads_->all[i];
        try {
            loop.thread = std::thread([&loop] { run(loop.context); });
        } catch (const std::system_error& error) {
            stop();
            return system_error("starting the event loop", error.code().value());
        }
        pthread_setname_np(loop.thread.native_handle(), ("clew-loop-" + std::to_string(i)).c_str());
    }
    return {};
}

void EventLoop::stop() {
    for (const std::unique_ptr<LoopThread>& loop : threads_->all) {
        loop->work.reset();
        loop->context.stop();
    }
    for (const std::unique_ptr<LoopThread>& loop : threads_->all) {
        if (loop->thread.joinable()) loop->thread.join();
    }
    running_ = false;
}

std::size_t EventLoop::thread_count() const noexcept { return threads_->all.size(); }

boost::asio::io_context& EventLoop::context(std::size_t index) noexcept {
    CLEW_ASSERT(index < threads_->all.size());
    return threads_->all[index]->context;
}

boost::asio::io_context& EventLoop::next_context() noexcept {
    return context(next_.fetch_add(1, std::memory_order_relaxed) % thread_count());
}

}  // namespace clew::transport
