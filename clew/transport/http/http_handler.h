// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who answers the requests of an HTTP server, and with what: the handler gets the request and a
// responder, and may keep the responder until it knows the answer, so that no loop thread ever
// waits for a storage.
//
// Threads: the handler is called on loop threads, many at once.

#include <functional>
#include <memory>
#include <utility>

#include "clew/transport/http/http_request.h"
#include "clew/transport/http/http_response.h"

namespace clew::transport {

// Answers one request. Copies share it; the last copy answers 500 if nobody has answered by then.
// Threads: from anywhere, also after the request's connection has gone.
class HttpResponder {
public:
    class Exchange {
    public:
        virtual ~Exchange() = default;
        virtual void answer(HttpResponse response) = 0;
        virtual void when_disconnected(std::function<void()>) {}
    };

    explicit HttpResponder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

    // The first call counts; later ones change nothing. The request is gone after it.
    void send(HttpResponse response) const { exchange_->answer(std::move(response)); }

    // Calls `then` on the loop thread, once, when the request's connection ends before its answer:
    // the peer hung up, or the server closed it. Nobody waits for the answer any more; the request
    // is gone. Requires: called by the handler, before it returns; `then` does not block.
    void when_disconnected(std::function<void()> then) const {
        exchange_->when_disconnected(std::move(then));
    }

private:
    std::shared_ptr<Exchange> exchange_;
};

// Requires: sends the response or drops every copy of the responder, sooner or later.
using HttpHandler = std::function<void(HttpRequest&, HttpResponder)>;

}  // namespace clew::transport
