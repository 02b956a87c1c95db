// SPDX-License-Identifier: Apache-2.0
// Goal: the HTTP sender keeps the promise of all senders and reads statuses as a Zipkin client
// must. Method: the sender contract with scripted HTTP peers, then what is peculiar to HTTP.
#include "clew/transport/http/http_sender.h"

#include <gtest/gtest.h>

#include "clew/transport/testing/http_protocol.h"
#include "clew/transport/testing/sender_contract.h"

namespace clew::transport::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class HttpSenderProtocol final : public HttpProtocol {
public:
    explicit HttpSenderProtocol(bool gzip) : gzip_(gzip) {}

    std::unique_ptr<Sender> make_sender(const HostPort& peer, const MessageBounds& bounds)
        const override {
        HttpSenderOptions options;
        options.peer = peer;
        options.bounds = bounds;
        options.gzip = gzip_;
        options.gzip_bytes_min = 0;
        return std::make_unique<HttpSender>(std::move(options));
    }

private:
    bool gzip_;
};

const HttpSenderProtocol kPlain(false);
const HttpSenderProtocol kGzip(true);
INSTANTIATE_TEST_SUITE_P(Http, SenderContract, ::testing::Values(&kPlain, &kGzip));

// One message to a peer that gives this answer and then waits.
class HttpSenderTest : public ::testing::Test {
protected:
    SendResult send_to_peer_that_answers(const std::string& answer) {
        server_ = std::make_unique<LoopbackServer>([this, answer](PeerConnection& peer) {
            while (const auto request = read_request(peer)) {
                const std::lock_guard lock(mutex_);
                request_ = *request;
                peer.write(answer);
            }
        });
        HttpSenderOptions options;
        options.peer = {server_->address(), server_->port()};
        sender_ = std::make_unique<HttpSender>(options);
        return send();
    }
    SendResult send() {
        const std::vector<std::string_view> payloads{"{\"id\":\"1\"}", "{\"id\":\"2\"}"};
        return sender_->send(payloads, Deadline::after(milliseconds(10'000)));
    }

    std::mutex mutex_;
    HttpRequest request_;
    std::unique_ptr<LoopbackServer> server_;
    std::unique_ptr<HttpSender> sender_;
};

TEST_F(HttpSenderTest, posts_what_a_zipkin_server_expects) {
    EXPECT_EQ(
        send_to_peer_that_answers("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").outcome,
        Outcome::accepted
    );
    EXPECT_EQ(
        request_.head,
        "POST /api/v2/spans HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
            "\r\nUser-Agent: clew\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n"
    );
    EXPECT_EQ(request_.body, "[{\"id\":\"1\"},{\"id\":\"2\"}]");
}

TEST_F(HttpSenderTest, takes_every_2xx_for_accepted) {
    for (const char* status : {"200", "201", "202", "204", "299"}) {
        const std::string answer =
            "HTTP/1.1 " + std::string(status) + " x\r\nContent-Length: 0\r\n\r\n";
        EXPECT_EQ(send_to_peer_that_answers(answer).outcome, Outcome::accepted) << status;
    }
}

TEST_F(HttpSenderTest, takes_overload_for_a_request_for_patience) {
    for (const char* status : {"408", "429", "502", "503", "504"}) {
        const std::string answer =
            "HTTP/1.1 " + std::string(status) + " x\r\nContent-Length: 0\r\n\r\n";
        const SendResult result = send_to_peer_that_answers(answer);
        EXPECT_EQ(result.outcome, Outcome::try_later) << status;
        EXPECT_EQ(result.retry_after, milliseconds(0));
    }
}

TEST_F(HttpSenderTest, takes_every_other_status_for_a_refusal) {
    for (const char* status : {"301", "307", "400", "401", "404", "413", "415", "500", "501"}) {
        const std::string answer =
            "HTTP/1.1 " + std::string(status) + " x\r\nContent-Length: 0\r\n\r\n";
        EXPECT_EQ(send_to_peer_that_answers(answer).outcome, Outcome::refused) << status;
    }
}

TEST_F(HttpSenderTest, obeys_retry_after_up_to_its_limit) {
    const std::string head = "HTTP/1.1 503 x\r\nContent-Length: 0\r\nRetry-After: ";
    EXPECT_EQ(send_to_peer_that_answers(head + "7\r\n\r\n").retry_after, seconds(7));
    EXPECT_EQ(send_to_peer_that_answers(head + "99999\r\n\r\n").retry_after, seconds(300));
}

TEST_F(HttpSenderTest, repeats_what_the_peer_says_about_a_refusal) {
    const SendResult result = send_to_peer_that_answers(
        "HTTP/1.1 400 x\r\nContent-Length: 36\r\n\r\nExpected a JSON_V2 encoded\tlist\x01\xff\r\n "
    );
    EXPECT_EQ(
        result.reason,
        sender_ ? "127.0.0.1:" + std::to_string(server_->port()) +
                      " answered 400: Expected a JSON_V2 encoded list"
                : ""
    );
    EXPECT_EQ(send().outcome, Outcome::refused);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpSenderTest, skips_interim_replies) {
    const std::string answer =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 202 "
        "A\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(send_to_peer_that_answers(answer).outcome, Outcome::accepted);
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpSenderTest, connects_anew_after_a_reply_without_a_known_end) {
    EXPECT_EQ(
        send_to_peer_that_answers("HTTP/1.1 202 A\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
            .outcome,
        Outcome::accepted
    );
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpSenderTest, connects_anew_when_the_peer_announces_its_end) {
    EXPECT_EQ(
        send_to_peer_that_answers("HTTP/1.1 202 A\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
            .outcome,
        Outcome::accepted
    );
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpSenderTest, reads_no_body_beyond_its_limit_and_still_has_the_verdict) {
    const std::string body(HttpSender::kReplyBytesMax + 1, 'x');
    const std::string answer =
        "HTTP/1.1 202 A\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    EXPECT_EQ(send_to_peer_that_answers(answer).outcome, Outcome::accepted);
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpSenderTest, believes_a_refusal_that_comes_while_it_still_writes) {
    LoopbackServer server([](PeerConnection& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 413 Too large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        peer.stay_silent();
    });
    HttpSenderOptions options;
    options.peer = {server.address(), server.port()};
    options.bounds.bytes_max = 64U << 20U;
    options.gzip = false;
    HttpSender sender(options);
    const std::string large(40U << 20U, '1');
    const std::vector<std::string_view> payloads{large};
    EXPECT_EQ(
        sender.send(payloads, Deadline::after(milliseconds(10'000))).outcome, Outcome::refused
    );
}

TEST_F(HttpSenderTest, does_not_believe_an_acceptance_of_half_a_message) {
    LoopbackServer server([](PeerConnection& peer) {
        peer.read_until("\r\n\r\n");
        peer.write("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n");
        peer.stay_silent();
    });
    HttpSenderOptions options;
    options.peer = {server.address(), server.port()};
    options.bounds.bytes_max = 64U << 20U;
    options.gzip = false;
    HttpSender sender(options);
    const std::string large(40U << 20U, '1');
    const std::vector<std::string_view> payloads{large};
    EXPECT_EQ(
        sender.send(payloads, Deadline::after(milliseconds(10'000))).outcome, Outcome::not_sent
    );
}

}  // namespace
}  // namespace clew::transport::testing
