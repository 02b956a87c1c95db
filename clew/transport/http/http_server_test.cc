// SPDX-License-Identifier: Apache-2.0
// Goal: requests are answered in order whatever way they arrive, and whoever sends half of one
// waits for nothing of ours. Method: real sockets, raw bytes; limits are in
// http_server_limits_test.
#include "clew/transport/http/http_server.h"

#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/base/testing/becomes_true.h"
#include "clew/transport/http/internal/http_server_fixture.h"

namespace clew::transport {
namespace {

using clew::testing::becomes_true;

using testing::RawClient;
using testing::RawReply;

TEST_F(HttpServerTest, answers_a_request_without_a_body) {
    open(echo);
    RawClient client = connect();
    client.send("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
    const RawReply reply = client.read_reply();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "GET /a ? b=c []");
    EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(reply.header("Connection"), "");
}

TEST_F(HttpServerTest, says_when_it_answered) {
    open(echo);
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string date = client.read_reply().header("Date");
    std::tm parsed{};
    const char* rest = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parsed);
    ASSERT_NE(rest, nullptr) << date;
    EXPECT_EQ(*rest, '\0') << date;
    EXPECT_LE(std::abs(timegm(&parsed) - std::time(nullptr)), 5) << date;
}

TEST_F(HttpServerTest, reads_a_body_of_declared_length_in_whatever_pieces_it_comes) {
    open(echo);
    RawClient client = connect();
    const std::string body(100'000, 'x');
    const std::string request =
        "POST /p HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 100000\r\n\r\n" +
        body;
    for (const std::size_t piece : {std::size_t{7'001}, std::size_t{64'000}, request.size()}) {
        for (std::size_t at = 0; at < request.size(); at += piece) {
            client.send(request.substr(at, piece));
        }
        EXPECT_EQ(client.read_reply().body, "POST /p ?  [" + body + "]");
    }
}

TEST_F(HttpServerTest, reads_a_request_that_comes_byte_by_byte) {
    open(echo);
    RawClient client = connect();
    for (const char c : std::string("POST /p HTTP/1.1\r\nHost: x\r\n"
                                    "Content-Length: 3\r\n\r\nabc")) {
        client.send(std::string(1, c));
    }
    EXPECT_EQ(client.read_reply().body, "POST /p ?  [abc]");
}

TEST_F(HttpServerTest, keeps_what_the_head_says_while_the_body_needs_more_room) {
    open([](HttpRequest& request, HttpResponder responder) {
        std::string text(request.path);
        text.append("?").append(request.query).append(" of ").append(request.host);
        text.append(" ").append(request.header("X-Long").substr(0, 3));
        responder.send(text_response(200, text + " " + std::to_string(request.body.size())));
    });
    RawClient client = connect();
    const std::string head =
        "POST http://host/path?query HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(2'800, 'y') +
        "\r\nX-Empty:\r\n";
    for (const std::size_t size : {1'000u, 16'384u, 16'385u, 300'000u}) {
        client.send(head);
        client.send("Content-Length: " + std::to_string(size) + "\r\n\r\n");
        client.send(std::string(size / 2, 'x'));
        client.send(std::string(size - size / 2, 'x'));
        EXPECT_EQ(client.read_reply().body, "/path?query of host yyy " + std::to_string(size));
    }
}

TEST_F(HttpServerTest, leaves_padding_behind_every_body) {
    open([](HttpRequest& request, HttpResponder responder) {
        const bool padded =
            request.body.capacity() >= request.body.size() + HttpRequest::kBodyPaddingBytes;
        responder.send(text_response(200, padded ? "padded" : "bare"));
    });
    RawClient client = connect();
    for (const std::size_t size : {1u, 15u, 16u, 1000u, 70'000u, 300'000u}) {
        client.send(
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
            std::string(size, 'x')
        );
        EXPECT_EQ(client.read_reply().body, "padded") << size;
    }
    client.send(
        "POST / HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"
    );
    EXPECT_EQ(client.read_reply().body, "padded");
}

TEST_F(HttpServerTest, reads_a_chunked_body) {
    open(echo);
    RawClient client = connect();
    client.send(
        "POST /c HTTP/1.1\r\nHost: x\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    );
    client.send("7;extension=1\r\n, world\r\n0\r\nTrailer: dropped\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "POST /c ?  [hello, world]");
    const std::string large(50'000, 'y');
    client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 4; ++i) client.send("c350\r\n" + large + "\r\n");
    client.send("0\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "POST /c ?  [" + large + large + large + large + "]");
}

TEST_F(HttpServerTest, answers_pipelined_requests_in_order) {
    open(echo);
    RawClient client = connect();
    std::string requests;
    for (int i = 0; i < 2'000; ++i) {
        requests += "POST /" + std::to_string(i) +
                    " HTTP/1.1\r\nHost: x\r\n"
                    "Content-Length: 2\r\n\r\nab";
    }
    std::thread sending([&] { client.send(requests); });
    for (int i = 0; i < 2'000; ++i) {
        EXPECT_EQ(client.read_reply().body, "POST /" + std::to_string(i) + " ?  [ab]");
    }
    sending.join();
}

TEST_F(HttpServerTest, answers_from_another_thread_and_still_in_order) {
    std::vector<std::thread> threads;
    std::mutex mutex;
    open([&](HttpRequest& request, HttpResponder responder) {
        const std::lock_guard lock(mutex);
        threads.emplace_back([path = std::string(request.path), responder] {
            responder.send(text_response(200, path));
        });
    });
    RawClient client = connect();
    client.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n"
        "\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n"
    );
    EXPECT_EQ(client.read_reply().body, "/1");
    EXPECT_EQ(client.read_reply().body, "/2");
    EXPECT_EQ(client.read_reply().body, "/3");
    for (std::thread& thread : threads) thread.join();
}

TEST_F(HttpServerTest, answers_once_and_answers_500_when_the_handler_forgets) {
    open([](HttpRequest& request, HttpResponder responder) {
        if (request.path == "/forgets") return;
        responder.send(text_response(200, "first"));
        responder.send(text_response(200, "second"));
    });
    RawClient client = connect();
    client.send("GET /forgets HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().status, 500);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "first");
    EXPECT_EQ(client.read_reply().body, "first");
}

TEST_F(HttpServerTest, answers_head_without_the_body_it_describes) {
    open(echo);
    RawClient client = connect();
    client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    const RawReply reply = client.read_reply(RawClient::Body::none);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Content-Length"), std::to_string(std::string("HEAD /a ?  []").size()));
    client.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "GET /b ?  []");
}

TEST_F(HttpServerTest, sends_no_body_and_no_length_with_204_and_304) {
    open([](HttpRequest& request, HttpResponder responder) {
        responder.send(text_response(request.path == "/204" ? 204 : 304, "never sent"));
    });
    RawClient client = connect();
    for (const std::string path : {"/204", "/304"}) {
        client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        const RawReply reply = client.read_reply(RawClient::Body::none);
        EXPECT_EQ("/" + std::to_string(reply.status), path);
        EXPECT_EQ(reply.header("Content-Length"), "");
    }
}

TEST_F(HttpServerTest, sends_a_large_answer_whole_to_a_slow_reader) {
    const std::string large(8'000'000, 'z');
    open([&](HttpRequest&, HttpResponder responder) {
        HttpResponse response;
        response.static_body = large;
        responder.send(std::move(response));
    });
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, large);
    EXPECT_EQ(client.read_reply().body, large);
}

TEST_F(HttpServerTest, asks_for_the_body_when_the_client_waits_to_be_asked) {
    open(echo);
    RawClient client = connect();
    client.send(
        "POST /e HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    );
    EXPECT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_EQ(client.read_reply().body, "POST /e ?  [abc]");
    client.send(
        "POST /e HTTP/1.1\r\nHost: x\r\n"
        "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc"
    );
    EXPECT_EQ(client.read_reply().body, "POST /e ?  [abc]");
}

TEST_F(HttpServerTest, keeps_or_closes_the_connection_as_the_client_asks) {
    open(echo);
    RawClient closing = connect();
    closing.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(closing.read_reply().header("Connection"), "close");
    EXPECT_TRUE(closing.is_closed());
    RawClient old = connect();
    old.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old.read_reply().header("Connection"), "close");
    EXPECT_TRUE(old.is_closed());
    RawClient old_but_staying = connect();
    old_but_staying.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(old_but_staying.read_reply().header("Connection"), "keep-alive");
    old_but_staying.send("GET /2 HTTP/1.0\r\n\r\n");
    EXPECT_EQ(old_but_staying.read_reply().body, "GET /2 ?  []");
}

TEST_F(HttpServerTest, understands_a_target_in_absolute_form) {
    open(echo);
    RawClient client = connect();
    client.send("GET http://host:9411/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "GET /a ? b []");
    client.send("GET http://host HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_reply().body, "GET / ?  []");
}

TEST_F(HttpServerTest, gives_back_the_bytes_of_every_request) {
    open(echo);
    RawClient client = connect();
    for (int i = 0; i < 3; ++i) {
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde");
        client.read_reply();
    }
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
    RawClient leaving = connect();
    leaving.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nabcde");
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 16 * 1024; }));
    leaving.close();
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(HttpServerTest, survives_a_client_that_leaves_before_its_answer) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<HttpResponder> waiting;
    open([&](HttpRequest&, HttpResponder responder) {
        const std::lock_guard lock(mutex);
        waiting.push_back(std::move(responder));
        changed.notify_all();
    });
    {
        RawClient client = connect();
        client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        std::unique_lock lock(mutex);
        ASSERT_TRUE(changed.wait_for(lock, kPatience, [&] { return waiting.size() == 1; }));
    }
    waiting[0].send(text_response(200, std::string(1'000'000, 'x')));
    waiting.clear();
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
}

TEST_F(HttpServerTest, finishes_the_request_in_flight_and_says_that_it_closes) {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<HttpResponder> waiting;
    open([&](HttpRequest&, HttpResponder responder) {
        const std::lock_guard lock(mutex);
        waiting.push_back(std::move(responder));
        changed.notify_all();
    });
    RawClient idle_on_first_loop = connect();
    RawClient client = connect();
    connect();
    RawClient idle_on_second_loop = connect();
    ASSERT_TRUE(becomes_true([&] { return server_->listener().counts().accepted == 4; }));
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, kPatience, [&] { return waiting.size() == 1; }));
    bool finished = false;
    std::thread finishing([&] { finished = server_->finish(kPatience); });
    EXPECT_TRUE(idle_on_first_loop.is_closed());
    EXPECT_TRUE(idle_on_second_loop.is_closed());
    waiting[0].send(text_response(200, "done"));
    waiting.clear();
    const RawReply reply = client.read_reply();
    EXPECT_EQ(reply.body, "done");
    EXPECT_EQ(reply.header("Connection"), "close");
    finishing.join();
    EXPECT_TRUE(finished);
}

TEST_F(HttpServerTest, finishes_a_request_whose_body_is_still_coming) {
    open(echo);
    RawClient client = connect();
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\nabc"
    );
    EXPECT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    bool finished = false;
    std::thread finishing([&] { finished = server_->finish(kPatience); });
    EXPECT_TRUE(becomes_true([&] { return !can_connect(); }));
    client.send("def");
    EXPECT_EQ(client.read_reply().body, "POST / ?  [abcdef]");
    finishing.join();
    EXPECT_TRUE(finished);
}

// Keeps every responder, and counts the requests whose connection has ended.
struct KeptResponders {
    HttpHandler handler() {
        return [this](HttpRequest&, HttpResponder responder) {
            responder.when_disconnected([this] { ++disconnected; });
            const std::lock_guard lock(mutex);
            responders.push_back(std::move(responder));
        };
    }
    std::size_t count() {
        const std::lock_guard lock(mutex);
        return responders.size();
    }

    std::atomic<int> disconnected = 0;
    std::mutex mutex;
    std::vector<HttpResponder> responders;
};

TEST_F(HttpServerTest, tells_a_handler_that_its_client_has_disconnected) {
    KeptResponders kept;
    open(kept.handler());
    RawClient client = connect();
    client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(becomes_true([&] { return kept.count() == 1; }));
    EXPECT_EQ(kept.disconnected, 0);
    client.close();
    EXPECT_TRUE(becomes_true([&] { return kept.disconnected == 1; }));
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
    kept.responders[0].send(text_response(200, "too late"));
    EXPECT_EQ(kept.count(), 1U);
}

TEST_F(HttpServerTest, closes_a_connection_whose_request_is_dropped_without_memory) {
    KeptResponders kept;
    open(kept.handler());
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(becomes_true([&] { return kept.count() == 1; }));
    {
        const clew::testing::NoMemory no_memory;
        kept.responders.clear();
    }
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
    EXPECT_EQ(server_->metrics().overloaded.value(), 1U);
}

TEST_F(HttpServerTest, tells_no_handler_that_has_answered) {
    KeptResponders kept;
    open(kept.handler());
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(becomes_true([&] { return kept.count() == 1; }));
    kept.responders[0].send(text_response(200, "done"));
    EXPECT_EQ(client.read_reply().body, "done");
    client.close();
    EXPECT_TRUE(becomes_true([&] { return server_->listener().counts().open == 0; }));
    EXPECT_EQ(kept.disconnected, 0);
}

TEST_F(HttpServerTest, answers_a_client_that_has_ended_its_own_side) {
    open([](const HttpRequest&, const HttpResponder& responder) {
        std::thread([responder] { responder.send(text_response(200, "done")); }).detach();
    });
    RawClient client = connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    client.end_sending();
    EXPECT_EQ(client.read_reply().body, "done");
}

TEST_F(HttpServerTest, ends_in_time_when_answers_never_come) {
    KeptResponders kept;
    open(kept.handler());
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < 60; ++i) {
        clients.push_back(connect());
        clients.back().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    ASSERT_TRUE(becomes_true([&] { return kept.count() == clients.size(); }));
    EXPECT_FALSE(server_->finish(std::chrono::milliseconds(50)));
    server_.reset();
    EXPECT_EQ(kept.disconnected, 60);
    loop_.stop();
    // Nobody is there to be answered, nor to be harmed by it.
    for (const HttpResponder& responder : kept.responders) responder.send(text_response(200, ""));
}

}  // namespace
}  // namespace clew::transport
