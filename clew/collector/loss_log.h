// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tells an operator what accepted messages lost, and why: at most one line in a minute for each
// transport, with the counts since the line before. A receiver watches its counters and asks after
// every message; where the line goes is the program's affair.
//
//     LossLog log("scribe", sink);
//     log.watch("not_base64", metrics.entries_not_base64);
//     log.report();   after each message: cheap when nothing was lost
//
// What is lost after a line stands in the next one, once something is lost after the minute; the
// metrics have it at once.
//
// Threads: watch() before all else, by one; report() from anywhere.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/clock.h"
#include "clew/base/counter.h"

namespace clew::collector {

struct Loss {
    std::string_view reason;
    std::uint64_t count = 0;  // since the line before
};

// Requires: does not throw. Empty: nobody is told.
using LossSink = std::function<void(std::string_view transport, const std::vector<Loss>& losses)>;

inline constexpr std::chrono::seconds kLossLogInterval{60};

class LossLog {
public:
    LossLog(std::string transport, LossSink sink, const Clock& clock = system_clock());

    // Requires: reason and counter outlive this.
    void watch(std::string_view reason, const Counter& counter);

    void report();

private:
    struct Watched {
        std::string_view reason;
        const Counter* counter;
        std::uint64_t told = 0;
    };

    std::uint64_t total() const noexcept;

    const std::string transport_;
    const LossSink sink_;
    const Clock& clock_;
    std::vector<Watched> watched_;
    std::atomic<std::uint64_t> told_total_{0};
    std::mutex mutex_;  // of what follows, and of Watched::told
    Microseconds next_line_{0};
    bool has_line_ = false;
};

}  // namespace clew::collector
