// SPDX-License-Identifier: Apache-2.0
#pragma once

// One call's way back from its handler to its connection. Tells the connection once, if it is still
// there: a responder that is kept for long holds neither the connection nor its place at the
// listener.
//
// Threads: from anywhere.

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <utility>

#include "clew/transport/scribe/log_handler.h"

namespace clew::transport {

// The connection, as its exchanges see it.
class ScribeExchangeOwner {
public:
    virtual ~ScribeExchangeOwner() = default;

    // From any thread; no result when nobody gave one.
    virtual void take_result(std::uint64_t number, std::optional<LogResult> result) = 0;
    // There was no memory to hand a result over: the connection ends at its next check. From any
    // thread.
    virtual void lose_result() noexcept = 0;
};

class ScribeExchange final : public LogResponder::Exchange {
public:
    ScribeExchange(std::weak_ptr<ScribeExchangeOwner> owner, std::uint64_t number)
        : owner_(std::move(owner)), number_(number) {}
    ~ScribeExchange() override { tell(std::nullopt); }
    ScribeExchange(const ScribeExchange&) = delete;
    ScribeExchange& operator=(const ScribeExchange&) = delete;

    void answer(LogResult result) override { tell(result); }

private:
    void tell(std::optional<LogResult> result) {
        if (answered_.exchange(true)) return;
        const auto owner = owner_.lock();
        if (!owner) return;
        try {
            owner->take_result(number_, result);
        } catch (const std::bad_alloc&) {
            owner->lose_result();
        }
    }

    const std::weak_ptr<ScribeExchangeOwner> owner_;
    const std::uint64_t number_;
    std::atomic<bool> answered_{false};
};

}  // namespace clew::transport
