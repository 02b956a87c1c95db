// SPDX-License-Identifier: Apache-2.0
#pragma once

// Serves HTTP/1.1 on one address: spans come in through it and answers go out. It knows requests
// and limits, nothing of spans. Every limit has HTTP's own answer, given before the work is done;
// requests of one connection are answered in their order, one at a time.
//
//     HttpServer::open(loop, listener_options, http_options, budget, handler)
//
// Threads: the handler is called on loop threads, many at once, and must not block them; the
// response may be sent from any thread. Lifetime: ends before its event loop and after what the
// handler uses.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "clew/base/counter.h"
#include "clew/base/expected.h"
#include "clew/transport/byte_budget.h"
#include "clew/transport/event_loop.h"
#include "clew/transport/http/http_handler.h"
#include "clew/transport/listener.h"

namespace clew::transport {

struct HttpServerOptions {
    // Request line and headers together; beyond: 431.
    std::uint32_t header_bytes_max = 8 * 1024;
    // A body as it is sent; beyond: 413, before it is read where its length is declared.
    std::uint64_t body_bytes_max = 10 * 1024 * 1024;
    // From a request's first byte to the end of its headers; later: 408 and close.
    std::chrono::milliseconds header_read_ms_max{10'000};
    // From the end of the headers to the end of the body; later: 408 and close.
    std::chrono::milliseconds body_read_ms_max{30'000};
    // Of a body, over each rate window; slower: 408 and close. 0: any rate will do.
    std::uint64_t body_bytes_per_second_min = 1024;
    std::chrono::milliseconds rate_window_ms{5'000};
    // Between requests; later: close.
    std::chrono::milliseconds idle_ms_max{60'000};
    // Until a peer has taken one answer; later: close.
    std::chrono::milliseconds write_ms_max{30'000};
    // For a peer to take an error and hang up before the connection is closed under it.
    std::chrono::milliseconds linger_ms_max{2'000};
    // What a client is told with 503 when the bytes in flight are at their limit.
    int retry_after_seconds = 1;
    // Whether a request's body is of use to the handler; otherwise it is read past, costs no
    // memory, and the handler gets none. By default: of POST, PUT and PATCH.
    std::function<bool(const HttpRequest&)> takes_body;
    // Requests that are answered even over a connection beyond connections_max, such as a health
    // check; the connection is closed after it. By default: none.
    std::function<bool(const HttpRequest&)> answers_always;
};

struct HttpServerMetrics {
    Counter requests;         // complete, given to the handler
    Counter malformed;        // 400, 501, 505
    Counter headers_too_big;  // 431
    Counter bodies_too_big;   // 413
    Counter timed_out;        // 408 at a deadline
    Counter too_slow;         // 408 for a body below its rate
    Counter overloaded;       // 503 before the body was read
};

class HttpServer {
public:
    // Errors: those of Listener::open(). Requires: loop and budget outlive the server.
    static Expected<std::unique_ptr<HttpServer>> open(
        EventLoop& loop,
        ListenerOptions listener_options,
        const HttpServerOptions& options,
        ByteBudget& budget,
        HttpHandler handler
    );

    void start() { listener_->start(); }
    // See Listener::finish().
    bool finish(std::chrono::milliseconds patience) { return listener_->finish(patience); }

    const Listener& listener() const noexcept { return *listener_; }
    const HttpServerMetrics& metrics() const noexcept { return *metrics_; }

private:
    HttpServer(std::unique_ptr<Listener> listener, std::shared_ptr<HttpServerMetrics> metrics)
        : metrics_(std::move(metrics)), listener_(std::move(listener)) {}

    std::shared_ptr<HttpServerMetrics> metrics_;
    std::unique_ptr<Listener> listener_;
};

}  // namespace clew::transport
