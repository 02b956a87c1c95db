// SPDX-License-Identifier: Apache-2.0
#pragma once

// Asks a function of the application: FunctionSampler([](const model::TraceId&, const Request&) {
// ... }). What it throws means "not sampled" and is counted: the traced request goes on.
//
// Threads: the function may be called from anywhere at once and must not block.

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

#include "clew/sampler/sampler.h"

namespace clew::sampler {

class FunctionSampler final : public Sampler {
public:
    // The request is empty for a trace that begins without one.
    using Function = std::function<bool(const model::TraceId&, const Request&)>;

    // Requires: `function` is not empty.
    explicit FunctionSampler(Function function) noexcept : function_(std::move(function)) {}

    bool is_sampled(const model::TraceId& trace_id) const noexcept override {
        return is_sampled(trace_id, {});
    }

    bool is_sampled(const model::TraceId& trace_id, const Request& request)
        const noexcept override {
        try {
            return function_(trace_id, request);
        } catch (...) {
            failures_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
    }

    // How often the function threw.
    std::uint64_t failures() const noexcept { return failures_.load(std::memory_order_relaxed); }

private:
    Function function_;
    mutable std::atomic<std::uint64_t> failures_{0};
};

}  // namespace clew::sampler
