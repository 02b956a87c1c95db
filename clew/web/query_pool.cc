// SPDX-License-Identifier: Apache-2.0
#include "clew/web/query_pool.h"

#include <utility>

#include <pthread.h>

#include "clew/base/assert.h"

namespace clew::web {

QueryPool::QueryPool(const QueryPoolOptions& options) : options_(options) {
    CLEW_ASSERT(options_.threads >= 1);
    for (std::size_t i = 0; i < options_.threads; ++i) {
        std::thread& thread = threads_.emplace_back([this] { run(); });
        pthread_setname_np(thread.native_handle(), "clew-query");
    }
}

QueryPool::~QueryPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

bool QueryPool::submit(Work work) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= options_.waiting_max) {
            refused_.add();
            return false;
        }
        const auto too_late = std::chrono::steady_clock::now() + options_.wait_ms_max;
        waiting_.push_back({std::move(work), too_late});
    }
    changed_.notify_one();
    return true;
}

void QueryPool::run() {
    while (true) {
        Waiting next;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            next = std::move(waiting_.front());
            waiting_.pop_front();
        }
        const bool in_time = std::chrono::steady_clock::now() < next.too_late;
        if (!in_time) refused_.add();
        next.work(in_time);
    }
}

}  // namespace clew::web
