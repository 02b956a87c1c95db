// SPDX-License-Identifier: Apache-2.0
#include "clew/web/query_pool.h"

#include <algorithm>
#include <new>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>
#include <sys/resource.h>

#include "clew/base/assert.h"

namespace clew::web {

namespace {

using Cancellation = QueryContext::Cancellation;

// Scans give way to whoever has a request to read or a lookup to answer.
constexpr int kScanNiceness = 10;

// The calling thread alone, on Linux. Where it is refused, lookups take longer and nothing else.
void give_way() { setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + kScanNiceness); }

constexpr std::size_t index_of(QueryLane lane) { return static_cast<std::size_t>(lane); }

}  // namespace

QueryPool::QueryPool(const QueryPoolOptions& options) : options_(options) {
    CLEW_ASSERT(options_.threads >= 1 && options_.threads <= QueryPoolOptions::kThreadsMax);
}

QueryPool::~QueryPool() { end(); }

void QueryPool::end() {
    stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

Expected<void> QueryPool::start() {
    CLEW_ASSERT(threads_.empty());
    running_.reserve(options_.threads + 1);  // so that taking a query needs no memory
    Expected<void> started = start_thread(QueryLane::lookup);
    for (std::size_t i = 0; i < options_.threads && started; ++i) {
        started = start_thread(QueryLane::scan);
    }
    return started;
}

Expected<void> QueryPool::start_thread(QueryLane lane) {
    try {
        std::thread& thread = threads_.emplace_back([this, lane] { run(lane); });
        const char* name = lane == QueryLane::lookup ? "clew-lookup" : "clew-query";
        pthread_setname_np(thread.native_handle(), name);
        return {};
    } catch (const std::system_error& error) {
        return system_error("starting the threads of queries", error.code().value());
    }
}

QueryPool::Context QueryPool::make_context() const {
    return std::make_shared<QueryContext>(
        std::chrono::steady_clock::now() + options_.time_ms_max,
        "the query took longer than query-timeout, " +
            std::to_string(options_.time_ms_max.count()) + " ms"
    );
}

bool QueryPool::submit(QueryLane lane, Context context, Work work) {
    {
        const std::lock_guard lock(mutex_);
        std::deque<Query>& waiting = waiting_[index_of(lane)];
        if (stopping_ || waiting.size() >= options_.waiting_max) {
            refused_.add();
            return false;
        }
        waiting.push_back({std::move(context), std::move(work)});
    }
    changed_.notify_all();
    return true;
}

void QueryPool::cancel(const Context& context) {
    cancelled_.add();
    context->cancel(Cancellation::disconnected);
    Query dropped;  // ends outside of the lock: that may answer somebody
    const std::lock_guard lock(mutex_);
    for (std::deque<Query>& waiting : waiting_) {
        const auto found = std::ranges::find(waiting, context, &Query::context);
        if (found == waiting.end()) continue;
        dropped = std::move(*found);
        waiting.erase(found);
    }
}

void QueryPool::stop() {
    std::array<std::deque<Query>, kLanes> dropped;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const Context& context : running_) context->cancel(Cancellation::shutting_down);
        std::swap(dropped, waiting_);
    }
    changed_.notify_all();
    for (const std::deque<Query>& lane : dropped) {
        for (const Query& query : lane) {
            query.context->cancel(Cancellation::shutting_down);
            work_on(query);
        }
    }
}

QueryPool::Query QueryPool::take_next(QueryLane lane) {
    std::unique_lock lock(mutex_);
    std::deque<Query>& waiting = waiting_[index_of(lane)];
    changed_.wait(lock, [&] { return stopping_ || !waiting.empty(); });
    if (stopping_) return {};
    Query next = std::move(waiting.front());
    waiting.pop_front();
    running_.push_back(next.context);
    return next;
}

void QueryPool::work_on(const Query& query) {
    const Expected<void> may_begin = query.context->check();
    if (!may_begin && may_begin.error().code == Code::timed_out) refused_.add();
    try {
        query.work(may_begin, *query.context);
    } catch (const std::bad_alloc&) {
        refused_.add();  // there was no memory for an answer
    }
}

void QueryPool::run(QueryLane lane) {
    if (lane == QueryLane::scan) give_way();
    while (true) {
        const Query query = take_next(lane);
        if (!query.context) return;
        work_on(query);
        const std::lock_guard lock(mutex_);
        std::erase(running_, query.context);
    }
}

}  // namespace clew::web
