// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole server on free ports, for the tests of this folder: each test may change the
// configuration before start(). Ends with the test.
//
// Threads: the test's, and the server's.

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "clew/app/serve/server.h"
#include "clew/model/span_id.h"
#include "clew/transport/testing/raw_client.h"

namespace clew::app {

class ServerTest : public ::testing::Test {
protected:
    using RawClient = transport::testing::RawClient;

    void SetUp() override {
        config_.port = 0;
        config_.scribe_port = 0;
    }

    void start() {
        ASSERT_TRUE(finalize(config_).has_value());
        Expected<std::unique_ptr<Server>> server = Server::start(config_);
        ASSERT_TRUE(server.has_value()) << server.error().message;
        server_ = std::move(*server);
    }

    RawClient connect() const { return RawClient(server_->port()); }

    static transport::testing::RawReply post(RawClient& client, const std::string& body) {
        return client.ask("POST", "/api/v2/spans", "Content-Type: application/json\r\n", body);
    }

    // Sixteen digits; never zero for what tests use.
    static std::string hex(std::uint64_t number) { return model::SpanId{number}.to_hex(); }

    // Spread over all ids, so that a sampler keeps some.
    static std::string spread_hex(std::uint64_t number) {
        return model::SpanId{number * 0x9e3779b97f4a7c15}.to_hex();
    }

    // A list of one span that happens now, with the tag round=<id>.
    static std::string span(const std::string& id, const std::string& service) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        return R"([{"traceId":")" + id + R"(","id":")" + id + R"(","kind":"SERVER","name":"get",)" +
               R"("timestamp":)" + std::to_string(us) + R"(,"duration":10,)" +
               R"("localEndpoint":{"serviceName":")" + service + R"("},"tags":{"round":")" + id +
               R"("}}])";
    }

    // The value of a line of Prometheus' text; -1 when there is no such line.
    static double metric(const std::string& text, const std::string& name) {
        const std::size_t at = text.find("\n" + name + " ");
        if (at == std::string::npos) return -1;
        return std::strtod(text.c_str() + at + name.size() + 2, nullptr);
    }

    ServeConfig config_;
    std::unique_ptr<Server> server_;
};

}  // namespace clew::app
