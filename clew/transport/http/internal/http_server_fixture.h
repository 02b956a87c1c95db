// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server on a free port with an event loop of its own, for the tests of this folder: each
// test may change the limits before open(). Ends with the test.
//
// Threads: the test's, and the loop's.

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "clew/transport/http/http_server.h"
#include "clew/transport/testing/raw_client.h"

namespace clew::transport {

class HttpServerTest : public ::testing::Test {
protected:
    static constexpr std::chrono::seconds kPatience{20};

    // Answers "<method> <path> ? <query> [<body>]".
    static void echo(HttpRequest& request, HttpResponder responder) {
        std::string text(http_method_name(request.method));
        text.append(" ").append(request.path).append(" ? ").append(request.query);
        responder.send(text_response(200, text + " [" + request.body + "]"));
    }

    void SetUp() override { ASSERT_TRUE(loop_.start().has_value()); }

    void open(HttpHandler handler) {
        Expected<std::unique_ptr<HttpServer>> server =
            HttpServer::open(loop_, listener_options_, options_, budget_, std::move(handler));
        ASSERT_TRUE(server.has_value());
        server_ = std::move(*server);
        server_->start();
    }

    testing::RawClient connect() const { return testing::RawClient(server_->listener().port()); }
    bool can_connect() const { return connect().is_connected(); }

    ListenerOptions listener_options_;
    HttpServerOptions options_;
    ByteBudget budget_{64 * 1024 * 1024};
    EventLoop loop_{2};
    std::unique_ptr<HttpServer> server_;
};

}  // namespace clew::transport
