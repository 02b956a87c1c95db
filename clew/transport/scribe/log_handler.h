// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who takes the entries of a scribe server, and what he answers: the handler gets a call's entries
// and a responder, and may keep the responder until it knows what became of them, so that no loop
// thread ever waits for a storage. Calls of one connection may overlap; their answers leave in the
// calls' order whatever order they are given in.
//
// Threads: the handler is called on loop threads, many at once.

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "clew/transport/scribe/log_request.h"

namespace clew::transport {

// Scribe's ResultCode.
enum class LogResult : std::int32_t { ok = 0, try_later = 1 };

// Answers one call. Copies share it; when the last one goes unanswered, the caller gets an internal
// error. Threads: from anywhere, also after the call's connection has gone.
class LogResponder {
public:
    class Exchange {
    public:
        virtual ~Exchange() = default;
        virtual void answer(LogResult result) = 0;
    };

    explicit LogResponder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

    // The first call counts; later ones change nothing.
    void send(LogResult result) const { exchange_->answer(result); }

private:
    std::shared_ptr<Exchange> exchange_;
};

// The request, texts included, is valid until the handler returns.
// Requires: sends the result or drops every copy of the responder, sooner or later.
using LogHandler = std::function<void(const LogRequest&, LogResponder)>;

}  // namespace clew::transport
