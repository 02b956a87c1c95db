// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request's way back from its handler to its connection. Holds neither the connection nor its
// place at the listener: an answer that comes after the connection has ended finds nobody.
//
// Threads: from anywhere.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>

#include "clew/transport/http/http_handler.h"

namespace clew::transport {

// The connection, as its exchanges see it.
class HttpExchangeOwner {
public:
    virtual ~HttpExchangeOwner() = default;

    // From any thread; counts once per `exchange_number`.
    virtual void take_answer(std::uint64_t exchange_number, HttpResponse response) = 0;
    // On the connection's thread.
    virtual void when_disconnected(std::uint64_t exchange_number, std::function<void()> then) = 0;
    // There was no memory for the answer, which will not come: the connection ends at its next
    // check. From any thread.
    virtual void lose_answer(std::uint64_t exchange_number) noexcept = 0;
};

class HttpExchange final : public HttpResponder::Exchange {
public:
    HttpExchange(std::weak_ptr<HttpExchangeOwner> owner, std::uint64_t number)
        : owner_(std::move(owner)), number_(number) {}
    ~HttpExchange() override {
        if (answered_.load()) return;
        try {
            answer(text_response(500, "the request was not answered"));
        } catch (const std::bad_alloc&) {
            lose();
        }
    }
    HttpExchange(const HttpExchange&) = delete;
    HttpExchange& operator=(const HttpExchange&) = delete;

    void answer(HttpResponse response) override {
        if (answered_.exchange(true)) return;
        try {
            if (const auto owner = owner_.lock()) owner->take_answer(number_, std::move(response));
        } catch (const std::bad_alloc&) {
            lose();
        }
    }

    void when_disconnected(std::function<void()> then) override {
        if (const auto owner = owner_.lock()) owner->when_disconnected(number_, std::move(then));
    }

private:
    void lose() noexcept {
        if (const auto owner = owner_.lock()) owner->lose_answer(number_);
    }

    const std::weak_ptr<HttpExchangeOwner> owner_;
    const std::uint64_t number_;
    std::atomic<bool> answered_{false};
};

}  // namespace clew::transport
