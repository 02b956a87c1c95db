// SPDX-License-Identifier: Apache-2.0
#pragma once

// One computation for all who ask the same at once: a page that is open in ten windows asks for the
// service graph ten times, and each answer would look at every span. Who asks while it is computed
// waits for the same answer; who asks within kKept after that gets it again. The computation is a
// query of the pool and ends when all who wait for it have disconnected.
//
// Threads: answer() on loop threads; computed on the pool's. Lifetime: the pool ends before this.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "clew/base/clock.h"
#include "clew/base/counter.h"
#include "clew/base/expected.h"
#include "clew/base/query_context.h"
#include "clew/transport/http/http_handler.h"
#include "clew/web/query_pool.h"

namespace clew::web {

class SharedAnswers {
public:
    // The JSON of the answer.
    using Compute = std::function<Expected<std::string>(const QueryContext&)>;

    static constexpr std::chrono::milliseconds kKept{1'000};
    // Answers kept at once; the oldest goes for one more.
    static constexpr std::size_t kKeptMax = 16;

    // Requires: the clock outlives this.
    SharedAnswers(QueryPool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

    // Requires: called by a handler, before it returns; equal keys have equal answers.
    void answer(const std::string& key, const transport::HttpResponder& responder, Compute compute);

    const Counter& computed() const noexcept { return computed_; }

private:
    struct Waiter {
        std::uint64_t number = 0;
        transport::HttpResponder responder;
    };
    struct Running {
        QueryPool::Context context;
        std::vector<Waiter> waiters;
    };
    struct Kept {
        std::shared_ptr<const std::string> json;
        Microseconds until{0};
    };

    std::shared_ptr<const std::string> kept(const std::string& key);
    // The number of the new waiter; 0: too many queries wait.
    std::uint64_t wait(
        const std::string& key, const transport::HttpResponder& responder, Compute compute
    );
    void leave(const std::string& key, std::uint64_t number);
    void finish(
        const std::string& key,
        const std::shared_ptr<Running>& running,
        const Expected<std::string>& answer
    );
    void keep(const std::string& key, std::shared_ptr<const std::string> json);

    QueryPool& pool_;
    const Clock& clock_;
    Counter computed_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Running>> running_;
    std::map<std::string, Kept> kept_;
    std::uint64_t last_number_ = 0;
};

}  // namespace clew::web
