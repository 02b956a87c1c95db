// SPDX-License-Identifier: Apache-2.0
#pragma once

// The threads on which queries are answered, so that a large search never holds up the spans that
// come in. Queries have two lanes with a queue of bounded length each: lookups (by id, of names)
// have a thread of their own, so that they never wait for a scan. A query that has waited or run
// longer than it may, whose client has disconnected, or that the server's stop finds unanswered,
// gives up.
//
// Threads: submit() and cancel() from anywhere. Lifetime: end() comes before the end of what its
// work uses.

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "clew/base/counter.h"
#include "clew/base/expected.h"
#include "clew/base/query_context.h"

namespace clew::web {

struct QueryPoolOptions {
    static constexpr std::size_t kThreadsMax = 256;

    // Threads that scan; lookups have one more.
    std::size_t threads = 2;
    // Queries that wait, in each lane; one more is refused.
    std::size_t waiting_max = 256;
    // From a query's arrival to its answer; later, it is refused.
    std::chrono::milliseconds time_ms_max{11'000};
};

enum class QueryLane : std::uint8_t { lookup, scan };

class QueryPool {
public:
    using Context = std::shared_ptr<QueryContext>;
    // Answers the query, or says why it is given up before it has begun.
    using Work = std::function<void(const Expected<void>& may_begin, const QueryContext& context)>;

    // Requires: 0 < threads <= kThreadsMax.
    explicit QueryPool(const QueryPoolOptions& options);
    ~QueryPool();
    QueryPool(const QueryPool&) = delete;
    QueryPool& operator=(const QueryPool&) = delete;

    // Starts the threads; called once. Errors: io, when there is no thread left.
    Expected<void> start();

    // Of a query that arrives now.
    Context make_context() const;

    // False, and the work is dropped, when too many wait already, or after stop().
    [[nodiscard]] bool submit(QueryLane lane, Context context, Work work);

    // Its client has disconnected: it leaves the queue, or gives up at its next look.
    void cancel(const Context& context);

    // Cancels everything and takes nothing more. Does not wait. Idempotent.
    void stop();
    // The same, and waits for what runs: afterwards what its work uses may end. Idempotent.
    void end();

    const Counter& refused() const noexcept { return refused_; }
    const Counter& cancelled() const noexcept { return cancelled_; }

private:
    static constexpr std::size_t kLanes = 2;

    struct Query {
        Context context;
        Work work;
    };

    Expected<void> start_thread(QueryLane lane);
    void run(QueryLane lane);
    // Nothing to do any more when empty.
    Query take_next(QueryLane lane);
    void work_on(const Query& query);

    const QueryPoolOptions options_;
    Counter refused_;    // too many waiting, or too long
    Counter cancelled_;  // by their clients

    std::mutex mutex_;
    std::condition_variable changed_;
    std::array<std::deque<Query>, kLanes> waiting_;
    std::vector<Context> running_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace clew::web
