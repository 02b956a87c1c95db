// SPDX-License-Identifier: Apache-2.0
#pragma once

// The threads on which questions are answered, so that a large search never holds up the spans that
// come in. Questions wait in a queue of bounded length and are not begun when they have waited
// longer than a client would.
//
// Threads: submit() from anywhere. Lifetime: ends before what its work uses; work that has not
// begun by then is dropped.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "clew/base/counter.h"

namespace clew::web {

struct QueryPoolOptions {
    std::size_t threads = 2;
    // Questions that wait; one more is refused.
    std::size_t waiting_max = 256;
    // Waiting longer than this, a question is refused when its turn comes.
    std::chrono::milliseconds wait_ms_max{11'000};
};

class QueryPool {
public:
    // True: in time. False: it has waited too long and should say so.
    using Work = std::function<void(bool in_time)>;

    explicit QueryPool(const QueryPoolOptions& options);
    ~QueryPool();
    QueryPool(const QueryPool&) = delete;
    QueryPool& operator=(const QueryPool&) = delete;

    // False, and the work is dropped, when too many wait already.
    [[nodiscard]] bool submit(Work work);

    const Counter& refused() const noexcept { return refused_; }

private:
    struct Waiting {
        Work work;
        std::chrono::steady_clock::time_point too_late;
    };

    void run();

    const QueryPoolOptions options_;
    Counter refused_;  // too many waiting, or too long
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Waiting> waiting_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace clew::web
