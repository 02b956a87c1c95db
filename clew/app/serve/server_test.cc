// SPDX-License-Identifier: Apache-2.0
// Goal: the parts work together: what is accepted is found, every limit of the configuration holds,
// and the roles can be turned off. Method: a whole server on free ports, asked over sockets.
#include "clew/app/serve/server.h"

#include <gtest/gtest.h>

#include "clew/app/serve/internal/server_fixture.h"

namespace clew::app {
namespace {

using transport::testing::RawReply;

TEST_F(ServerTest, finds_every_span_with_the_get_that_follows_its_202) {
    start();
    RawClient posting = connect();
    RawClient asking = connect();
    for (std::uint64_t round = 1; round <= 1000; ++round) {
        const std::string id = hex(round);
        ASSERT_EQ(post(posting, span(id, "service" + std::to_string(round % 7))).status, 202);
        const RawReply trace = asking.ask("GET", "/api/v2/trace/" + id);
        ASSERT_EQ(trace.status, 200) << "round " << round << ": " << trace.body;
        ASSERT_NE(trace.body.find("\"id\":\"" + id), std::string::npos);
        const std::string target = "/api/v2/traces?limit=1&annotationQuery=round%3D" + id;
        ASSERT_NE(asking.ask("GET", target).body.find(id), std::string::npos) << "round " << round;
    }
}

TEST_F(ServerTest, answers_everything_a_zipkin_server_answers) {
    start();
    RawClient client = connect();
    EXPECT_EQ(post(client, span(hex(1), "front")).status, 202);
    for (const char* path :
         {"/health",
          "/info",
          "/metrics",
          "/prometheus",
          "/zipkin/config.json",
          "/api/v2/services",
          "/api/v2/spans?serviceName=front",
          "/api/v2/remoteServices?serviceName=front",
          "/api/v2/traces",
          "/zipkin/api/v2/traces",
          "/api/v2/traceMany?traceIds=1,2",
          "/api/v2/dependencies?endTs=1",
          "/api/v2/autocompleteKeys",
          "/api/v2/autocompleteValues?key=a"}) {
        EXPECT_EQ(client.ask("GET", path).status, 200) << path;
    }
    EXPECT_EQ(client.ask("GET", "/").status, 302);
    EXPECT_EQ(client.ask("GET", "/nowhere").status, 404);
    EXPECT_EQ(client.ask("TRACE", "/api/v2/services").status, 405);
    EXPECT_EQ(client.ask("POST", "/api/v1/spans", "", "[]").status, 404);
    EXPECT_EQ(client.ask("DELETE", "/api/v2/spans").status, 405);
    EXPECT_EQ(client.ask("HEAD", "/api/v2/services").status, 200);
}

TEST_F(ServerTest, balances_its_books_in_the_metrics) {
    config_.sample_rate = 0.5;
    start();
    RawClient client = connect();
    for (std::uint64_t i = 1; i <= 50; ++i) {
        EXPECT_EQ(post(client, span(spread_hex(i), "front")).status, 202);
    }
    EXPECT_EQ(post(client, "{}").status, 400);
    const std::string text = client.ask("GET", "/prometheus").body;
    const double spans = metric(text, "zipkin_collector_spans_total{transport=\"http\",}");
    EXPECT_EQ(spans, 50);
    EXPECT_EQ(metric(text, "zipkin_collector_messages_total{transport=\"http\",}"), 51);
    EXPECT_EQ(metric(text, "zipkin_collector_messages_dropped_total{transport=\"http\",}"), 1);
    const double stored = metric(text, "clew_collector_spans_stored_total{transport=\"http\",}");
    const double sampled_out =
        metric(text, "clew_collector_spans_sampled_out_total{transport=\"http\",}");
    EXPECT_GT(sampled_out, 0);
    EXPECT_EQ(stored + sampled_out, spans);
    EXPECT_EQ(metric(text, "clew_storage_spans"), stored);
}

TEST_F(ServerTest, balances_what_is_stored_with_what_left_and_what_came_twice) {
    config_.memory.spans_max = 5;
    start();
    RawClient client = connect();
    for (std::uint64_t i = 1; i <= 8; ++i) {
        const std::string body = span(hex(i), "front");
        EXPECT_EQ(post(client, body).status, 202);
        EXPECT_EQ(post(client, body).status, 202);
    }
    const std::string text = client.ask("GET", "/prometheus").body;
    const auto evicted = [&](const std::string& reason) {
        return metric(text, "clew_storage_spans_evicted_total{reason=\"" + reason + "\",}");
    };
    const double repeated = metric(text, "clew_storage_spans_repeated_total");
    EXPECT_EQ(repeated, 8);
    EXPECT_GE(evicted("spans_max"), 3);
    EXPECT_EQ(evicted("bytes_max"), 0);
    EXPECT_EQ(evicted("trace_too_large"), 0);
    EXPECT_EQ(
        metric(text, "clew_collector_spans_stored_total{transport=\"http\",}"),
        metric(text, "clew_storage_spans") + evicted("spans_max") + repeated
    );
}

TEST_F(ServerTest, shows_what_scribe_refused) {
    start();
    RawClient scribe(server_->scribe_port());
    scribe.send(std::string("\xff\xff\xff\xff", 4));
    EXPECT_TRUE(scribe.is_closed());
    const std::string text = connect().ask("GET", "/prometheus").body;
    const auto refused = [&](const std::string& reason) {
        return metric(text, "clew_scribe_calls_refused_total{reason=\"" + reason + "\",}");
    };
    EXPECT_EQ(refused("frame_too_big"), 1);
    EXPECT_EQ(refused("try_later"), 0);
    EXPECT_EQ(refused("malformed"), 0);
    EXPECT_EQ(refused("timed_out"), 0);
    EXPECT_EQ(metric(text, "clew_scribe_connections_refused_total"), 0);
}

TEST_F(ServerTest, shares_one_service_graph_until_something_is_stored) {
    start();
    RawClient client = connect();
    const std::string graph = "/api/v2/dependencies?endTs=4102444800000&lookback=4102444800000";
    const auto computed = [&client] {
        return metric(client.ask("GET", "/prometheus").body, "clew_dependencies_computed_total");
    };
    EXPECT_EQ(client.ask("GET", graph).body, "[]");
    const std::string call = span(hex(1), "front");
    const std::string remote = ",\"remoteEndpoint\":{\"serviceName\":\"caller\"}}]";
    EXPECT_EQ(post(client, call.substr(0, call.size() - 2) + remote).status, 202);
    EXPECT_NE(client.ask("GET", graph).body.find("caller"), std::string::npos);
    EXPECT_EQ(computed(), 2);
}

TEST_F(ServerTest, holds_the_limits_of_its_configuration) {
    config_.http.body_bytes_max = 2000;
    config_.http.header_bytes_max = 1000;
    config_.http_receiver.json_limits.spans_max = 2;
    config_.memory.spans_max = 1;
    start();
    RawClient client = connect();
    EXPECT_EQ(post(client, span(hex(1), std::string(3000, 'a'))).status, 413);
    RawClient second = connect();
    EXPECT_EQ(second.ask("GET", "/health", "X: " + std::string(2000, 'x') + "\r\n").status, 431);
    RawClient third = connect();
    const std::string one = span(hex(1), "a").substr(1, span(hex(1), "a").size() - 2);
    EXPECT_EQ(post(third, "[" + one + "," + one + "," + one + "]").status, 413);
    const std::string two = "[" + one + "," + span(hex(2), "a").substr(1);
    EXPECT_EQ(post(third, two).status, 413);  // never fits into a storage of one span
    EXPECT_EQ(post(third, span(hex(2), "a")).status, 202);
    EXPECT_EQ(post(third, span(hex(3), "a")).status, 202);
    EXPECT_EQ(third.ask("GET", "/api/v2/trace/" + hex(3)).status, 200);
    EXPECT_EQ(third.ask("GET", "/api/v2/trace/" + hex(2)).status, 404);
}

TEST_F(ServerTest, tells_a_connection_too_many) {
    config_.connections_max = 1;
    start();
    RawClient busy = connect();
    busy.send(
        "POST /api/v2/spans HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\n\r\n"
    );
    EXPECT_EQ(busy.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_EQ(connect().ask("GET", "/api/v2/services").status, 503);
    EXPECT_EQ(connect().ask("GET", "/health").status, 200);
    busy.send("[]");
    EXPECT_EQ(busy.read_reply().status, 202);
}

TEST_F(ServerTest, serves_without_the_parts_that_are_turned_off) {
    config_.http_collector_enabled = false;
    config_.scribe_enabled = false;
    start();
    EXPECT_EQ(server_->scribe_port(), 0);
    RawClient client = connect();
    EXPECT_EQ(post(client, span(hex(1), "a")).status, 404);
    EXPECT_EQ(client.ask("GET", "/api/v2/spans?serviceName=a").status, 200);
    server_.reset();
    config_.http_collector_enabled = true;
    config_.query_enabled = false;
    start();
    RawClient collecting = connect();
    EXPECT_EQ(post(collecting, span(hex(1), "a")).status, 202);
    EXPECT_EQ(collecting.ask("GET", "/api/v2/services").status, 404);
    EXPECT_EQ(collecting.ask("GET", "/zipkin/").status, 404);
    EXPECT_EQ(collecting.ask("GET", "/health").status, 200);
}

TEST_F(ServerTest, answers_scribe_on_its_own_port) {
    start();
    ASSERT_NE(server_->scribe_port(), 0);
    EXPECT_NE(server_->scribe_port(), server_->port());
    EXPECT_TRUE(RawClient(server_->scribe_port()).is_connected());
}

TEST_F(ServerTest, refuses_to_start_on_what_cannot_be) {
    start();
    const auto refusal = [](ServeConfig config) {
        EXPECT_TRUE(finalize(config).has_value());
        auto started = Server::start(config);
        EXPECT_FALSE(started.has_value());
        return started ? "" : started.error().message;
    };
    ServeConfig taken = config_;
    taken.port = server_->port();
    EXPECT_EQ(
        refusal(taken),
        "HTTP (--port): 127.0.0.1:" + std::to_string(taken.port) + " is in use by another program"
    );
    ServeConfig scribe_taken = config_;
    scribe_taken.scribe_port = server_->port();
    scribe_taken.scribe_port_is_chosen = true;
    EXPECT_NE(refusal(scribe_taken).find("--no-scribe"), std::string::npos);
    ServeConfig odd_rate = config_;
    odd_rate.sample_rate = 1.5;
    EXPECT_EQ(refusal(odd_rate), "sample-rate: rate should be between 0 and 1: was 1.5");
    ServeConfig nowhere = config_;
    nowhere.bind = "nowhere";
    EXPECT_NE(refusal(nowhere).find("'nowhere'"), std::string::npos);
    ServeConfig nothing_fits = config_;
    nothing_fits.memory.spans_max = 0;
    EXPECT_FALSE(refusal(nothing_fits).empty());
}

TEST_F(ServerTest, keeps_its_memory_of_messages_bounded_and_gives_it_back) {
    start();
    RawClient client = connect();
    for (std::uint64_t i = 1; i <= 20; ++i) post(client, span(hex(i), std::string(100'000, 'x')));
    const std::string text = client.ask("GET", "/prometheus").body;
    EXPECT_EQ(metric(text, "clew_bytes_in_flight"), 0);
}

}  // namespace
}  // namespace clew::app
