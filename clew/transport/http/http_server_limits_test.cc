// SPDX-License-Identifier: Apache-2.0
// Goal: every limit of the server holds and is answered in HTTP's own words, early enough that the
// client hears it. Method: real sockets, limits made small.
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/becomes_true.h"
#include "clew/transport/http/http_server.h"
#include "clew/transport/http/internal/http_server_fixture.h"

namespace clew::transport {
namespace {

using clew::testing::becomes_true;

using testing::RawClient;
using testing::RawReply;

constexpr std::chrono::milliseconds kSoon{100};

class HttpServerLimitsTest : public HttpServerTest {
protected:
    // An error closes the connection after it was said.
    static void expect_last_reply(RawClient& client, int status, const std::string& body) {
        const RawReply reply = client.read_reply();
        EXPECT_EQ(reply.status, status);
        EXPECT_EQ(reply.body, body);
        EXPECT_EQ(reply.header("Connection"), "close");
        EXPECT_TRUE(client.is_closed());
    }
};

TEST_F(HttpServerLimitsTest, answers_431_when_the_headers_are_too_large) {
    open(echo);
    const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
    std::string headers;
    for (int i = 0; i < 8; ++i) headers += line;
    RawClient within = connect();
    within.send("GET / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    EXPECT_EQ(within.read_reply().status, 200);
    RawClient beyond = connect();
    beyond.send("GET / HTTP/1.1\r\nHost: x\r\n" + headers + line + "\r\n");
    expect_last_reply(beyond, 431, "the request's headers are larger than 8192 bytes");
    RawClient endless = connect();
    endless.send("GET /" + std::string(20'000, 'a'));
    EXPECT_EQ(endless.read_reply().status, 431);
    EXPECT_EQ(server_->metrics().headers_too_big.value(), 2u);
}

TEST_F(HttpServerLimitsTest, answers_413_before_a_body_that_is_declared_too_large_is_sent) {
    options_.body_bytes_max = 1000;
    open(echo);
    RawClient within = connect();
    within.send(
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 1000\r\n\r\n" +
        std::string(1000, 'x')
    );
    EXPECT_EQ(within.read_reply().status, 200);
    RawClient beyond = connect();
    beyond.send(
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n"
    );
    expect_last_reply(beyond, 413, "the request's body is larger than 1000 bytes");
    EXPECT_EQ(server_->metrics().bodies_too_big.value(), 1u);
}

TEST_F(HttpServerLimitsTest, lets_a_client_hear_413_that_sends_its_whole_body_first) {
    options_.body_bytes_max = 1000;
    open(echo);
    RawClient client = connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 3000000\r\n\r\n" +
        std::string(3'000'000, 'x')
    );
    EXPECT_EQ(client.read_reply().status, 413);
}

TEST_F(HttpServerLimitsTest, answers_413_when_a_chunked_body_grows_too_large) {
    options_.body_bytes_max = 1000;
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n");
    client.send(std::string(500, 'x') + "\r\n1f5\r\n");
    expect_last_reply(client, 413, "the request's body is larger than 1000 bytes");
}

TEST_F(HttpServerLimitsTest, answers_503_before_the_body_when_too_many_bytes_are_in_flight) {
    std::mutex mutex;
    std::vector<HttpResponder> waiting;
    open([&](HttpRequest& request, HttpResponder responder) {
        const std::lock_guard lock(mutex);
        if (request.body.size() < 1000) return responder.send(text_response(200, "small"));
        waiting.push_back(std::move(responder));
    });
    const std::string held(10'000'000, 'x');
    std::vector<RawClient> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(connect());
        clients.back().send(
            "POST / HTTP/1.1\r\nHost: x\r\n"
            "Content-Length: 10000000\r\n\r\n" +
            held
        );
    }
    ASSERT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 40'000'000; }));
    RawClient beyond = connect();
    beyond.send(
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 10000000\r\nExpect: 100-continue\r\n\r\n"
    );
    const RawReply reply = beyond.read_reply();
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, "too many bytes in flight, try again later");
    EXPECT_EQ(reply.header("Retry-After"), "1");
    RawClient small = connect();
    EXPECT_EQ(small.ask("POST", "/", "", "fits").body, "small");
    ASSERT_TRUE(becomes_true([&] {
        const std::lock_guard lock(mutex);
        return waiting.size() == 4;
    }));
    for (const HttpResponder& responder : waiting) responder.send(text_response(200, "stored"));
    waiting.clear();
    for (RawClient& client : clients) EXPECT_EQ(client.read_reply().body, "stored");
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
    EXPECT_EQ(server_->metrics().overloaded.value(), 1u);
}

TEST_F(HttpServerLimitsTest, gives_no_memory_for_a_length_that_is_only_declared) {
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\nx");
    ASSERT_TRUE(becomes_true([&] { return budget_.bytes_in_use() != 0; }));
    EXPECT_EQ(budget_.bytes_in_use(), 16u * 1024);
}

TEST_F(HttpServerLimitsTest, reserves_as_much_again_as_has_arrived_at_most) {
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
    client.send(std::string(100'000, 'x'));
    ASSERT_TRUE(becomes_true([&] { return budget_.bytes_in_use() > 100'000; }));
    EXPECT_LE(budget_.bytes_in_use(), 200'000u);
}

TEST_F(HttpServerLimitsTest, reserves_nothing_for_a_small_body_before_its_last_byte) {
    open([&](HttpRequest& request, HttpResponder responder) {
        const std::string held = std::to_string(request.reservation.bytes());
        responder.send(text_response(200, held + " " + std::to_string(request.body.size())));
    });
    RawClient declared = connect();
    declared.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16384\r\n\r\n");
    declared.send(std::string(16'383, 'x'));
    RawClient chunked = connect();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
    chunked.send(std::string(999, 'x'));
    EXPECT_EQ(connect().ask("GET", "/").body, "0 0");
    EXPECT_EQ(budget_.bytes_in_use(), 0u);
    declared.send("x");
    EXPECT_EQ(declared.read_reply().body, "16384 16384");
    chunked.send("x\r\n0\r\n\r\n");
    EXPECT_EQ(chunked.read_reply().body, "1000 1000");
}

TEST_F(HttpServerLimitsTest, holds_nothing_of_a_body_that_nobody_takes) {
    options_.takes_body = [](const HttpRequest& request) { return request.path == "/takes"; };
    open(echo);
    const std::string large(1'000'000, 'x');
    RawClient client = connect();
    client.send("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + large.substr(1));
    EXPECT_EQ(connect().ask("GET", "/").status, 200);
    EXPECT_EQ(budget_.bytes_in_use(), 0u);
    client.send("x");
    EXPECT_EQ(client.read_reply().body, "GET /a ?  []");
    client.send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nf4240\r\n");
    client.send(large + "\r\n0\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "POST /b ?  []");
    EXPECT_EQ(client.ask("POST", "/takes", "", "abc").body, "POST /takes ?  [abc]");
}

TEST_F(HttpServerLimitsTest, answers_413_to_a_body_that_could_never_be_in_flight) {
    options_.body_bytes_max = 100'000'000;
    open(echo);
    const std::string never = "the request's body is larger than bytes in flight may be";
    RawClient declared = connect();
    declared.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n");
    expect_last_reply(declared, 413, never);
    RawClient chunked = connect();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3938700\r\n");
    chunked.send(std::string(60'000'000, 'x'));
    expect_last_reply(chunked, 413, never);
}

TEST_F(HttpServerLimitsTest, lets_a_small_message_pass_when_large_ones_hold_the_rest) {
    open(echo);
    std::vector<RawClient> greedy;
    for (int i = 0; i < 100; ++i) {
        greedy.push_back(connect());
        greedy.back().send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
        greedy.back().send(std::string(600'000, 'x'));
    }
    ASSERT_TRUE(becomes_true([&] { return server_->metrics().overloaded.value() != 0; }));
    EXPECT_EQ(connect().ask("POST", "/", "", std::string(16'000, 'x')).status, 200);
    EXPECT_EQ(connect().ask("POST", "/", "", std::string(100'000, 'x')).status, 200);
    EXPECT_LE(budget_.bytes_in_use(), budget_.bytes_max() / 4 * 3);
}

TEST_F(HttpServerLimitsTest, answers_408_to_a_body_below_its_rate) {
    options_.body_bytes_per_second_min = 10'000;
    options_.rate_window_ms = kSoon;
    open(echo);
    for (const std::string head : {"Content-Length: 100000", "Transfer-Encoding: chunked"}) {
        RawClient client = connect();
        client.send("POST / HTTP/1.1\r\nHost: x\r\n" + head + "\r\n\r\nffff\r\n");
        expect_last_reply(client, 408, "the request's body arrives too slowly");
    }
    EXPECT_EQ(server_->metrics().too_slow.value(), 2u);
    EXPECT_EQ(server_->metrics().timed_out.value(), 0u);
}

TEST_F(HttpServerLimitsTest, waits_for_a_slow_body_where_any_rate_will_do) {
    options_.body_bytes_per_second_min = 0;
    options_.rate_window_ms = kSoon;
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
    std::this_thread::sleep_for(6 * kSoon);  // more than two looks at the rate
    client.send("bc");
    EXPECT_EQ(client.read_reply().body, "POST / ?  [abc]");
}

TEST_F(HttpServerLimitsTest, answers_503_when_a_body_outgrows_what_is_left) {
    open(echo);
    ASSERT_TRUE(budget_.try_reserve(60'000'000));
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n989680\r\n");
    client.send(std::string(10'000'000, 'x'));
    EXPECT_EQ(client.read_reply().status, 503);
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 60'000'000; }));
}

TEST_F(HttpServerLimitsTest, tells_one_connection_too_many_to_try_again) {
    listener_options_.connections_max = 2;
    options_.answers_always = [](const HttpRequest& request) { return request.path == "/health"; };
    open(echo);
    const std::string begun =
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Content-Length: 3\r\n\r\n";
    RawClient first = connect();
    RawClient second = connect();
    for (RawClient* busy : {&first, &second}) {
        busy->send(begun);
        EXPECT_EQ(busy->read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    }
    RawClient third = connect();
    third.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect_last_reply(third, 503, "too many connections");
    RawClient always = connect();
    always.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\n\r\n");
    expect_last_reply(always, 200, "GET /health ?  []");
    EXPECT_EQ(server_->listener().counts().refused, 2u);
    second.send("abc");
    EXPECT_EQ(second.read_reply().status, 200);
    first.close();
    EXPECT_TRUE(becomes_true([&] { return connect().ask("GET", "/").status == 200; }));
}

TEST_F(HttpServerLimitsTest, closes_the_connection_that_has_waited_longest_for_another) {
    listener_options_.connections_max = 2;
    open(echo);
    RawClient oldest = connect();
    RawClient newer = connect();
    EXPECT_EQ(newer.ask("GET", "/").status, 200);
    EXPECT_EQ(connect().ask("GET", "/").status, 200);
    EXPECT_TRUE(oldest.is_closed());
    EXPECT_EQ(newer.ask("GET", "/").status, 200);
    EXPECT_EQ(server_->listener().counts().made_room, 1u);
    EXPECT_EQ(server_->listener().counts().refused, 0u);
}

TEST_F(HttpServerLimitsTest, closes_an_idle_connection_without_a_word) {
    options_.idle_ms_max = kSoon;
    open(echo);
    RawClient fresh = connect();
    EXPECT_TRUE(fresh.is_closed());
    RawClient used = connect();
    EXPECT_EQ(used.ask("GET", "/").status, 200);
    EXPECT_TRUE(used.is_closed());
}

TEST_F(HttpServerLimitsTest, answers_408_when_headers_come_too_slowly) {
    options_.header_read_ms_max = kSoon;
    open(echo);
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX: ");
    expect_last_reply(client, 408, "the request took too long to arrive");
    RawClient dripping = connect();
    dripping.send("G");
    while (dripping.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(server_->metrics().timed_out.value(), 2u);
}

TEST_F(HttpServerLimitsTest, answers_408_when_a_body_comes_too_slowly) {
    options_.body_read_ms_max = kSoon;
    open(echo);
    RawClient declared = connect();
    declared.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    expect_last_reply(declared, 408, "the request took too long to arrive");
    RawClient chunked = connect();
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
    expect_last_reply(chunked, 408, "the request took too long to arrive");
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(HttpServerLimitsTest, closes_on_a_peer_that_does_not_take_its_answer) {
    options_.write_ms_max = kSoon;
    const std::string large(50'000'000, 'z');
    open([&](HttpRequest&, HttpResponder responder) {
        HttpResponse response;
        response.static_body = large;
        responder.send(std::move(response));
    });
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(becomes_true([&] {
        const ListenerCounts counts = server_->listener().counts();
        return counts.accepted == 1 && counts.open == 0;
    }));
}

TEST_F(HttpServerLimitsTest, lets_go_of_a_peer_that_stays_after_an_error) {
    options_.linger_ms_max = kSoon;
    open(echo);
    RawClient client = connect();
    client.send("NONSENSE\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 400);
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
}

TEST_F(HttpServerLimitsTest, answers_400_to_what_is_no_http) {
    open(echo);
    const std::vector<std::string> broken = {
        "\x16\x03\x01\x02",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: folded\r\n value\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    };
    for (const std::string& bytes : broken) {
        RawClient client = connect();
        client.send(bytes);
        client.end_sending();
        EXPECT_EQ(client.read_reply().status, 400) << bytes;
        EXPECT_TRUE(client.is_closed()) << bytes;
    }
    EXPECT_EQ(server_->metrics().requests.value(), 0u);
    EXPECT_EQ(server_->metrics().malformed.value(), broken.size());
}

TEST_F(HttpServerLimitsTest, counts_chunk_extensions_and_trailers_against_the_header_limit) {
    open(echo);
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string half(4'000, 'x');
    const std::string half_extension = "1;a=" + half + "\r\nb\r\n";
    const std::string half_trailer = "0\r\nT: " + half + "\r\n\r\n";
    RawClient within = connect();
    within.send(head + half_extension + half_trailer);
    EXPECT_EQ(within.read_reply().status, 200);
    for (const std::string& beyond :
         {half_extension + half_extension + half_trailer,
          half_extension + "0\r\nT: " + half + "\r\nU: " + half + "\r\n\r\n",
          "0\r\nT: " + half + half + half,
          "5;x=" + std::string(70'000, 'x')}) {
        RawClient client = connect();
        client.send(head + beyond);
        expect_last_reply(client, 431, "the request's headers are larger than 8192 bytes");
    }
}

TEST_F(HttpServerLimitsTest, answers_transfer_codings_it_does_not_know) {
    open(echo);
    const std::vector<std::pair<std::string, int>> codings = {
        {"gzip, chunked", 501}, {"gzip", 400}, {"identity", 400}};
    for (const auto& [coding, status] : codings) {
        RawClient client = connect();
        client.send(
            "POST / HTTP/1.1\r\nHost: x\r\n"
            "Transfer-Encoding: " +
            coding + "\r\n\r\n0\r\n\r\n"
        );
        EXPECT_EQ(client.read_reply().status, status) << coding;
    }
}

TEST_F(HttpServerLimitsTest, takes_one_empty_line_before_a_request_for_nothing) {
    options_.header_read_ms_max = kSoon;
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab\r\n");
    EXPECT_EQ(client.read_reply().body, "POST / ?  [ab]");
    RawClient late = connect();
    late.send("G");
    EXPECT_EQ(late.read_reply().status, 408);  // an empty line does not begin a request: no 408
    EXPECT_EQ(client.ask("GET", "/a").body, "GET /a ?  []");
    client.send("\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 400);
    EXPECT_EQ(server_->metrics().timed_out.value(), 1u);
}

TEST_F(HttpServerLimitsTest, answers_505_to_another_version) {
    open(echo);
    RawClient client = connect();
    client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 505);
}

}  // namespace
}  // namespace clew::transport
