// SPDX-License-Identifier: Apache-2.0
// Goal: what is large goes as gzip, what is small as it is, and a collector that knows no gzip
// loses nothing by it. Method: scripted peers that answer by status, in turn.
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

#include "clew/transport/http/http_sender.h"
#include "clew/transport/testing/http_protocol.h"
#include "clew/transport/testing/loopback_server.h"

namespace clew::transport::testing {
namespace {

class HttpSenderGzip : public ::testing::Test {
protected:
    // Answers the statuses in turn, then the last one for ever.
    void start(std::vector<int> statuses, bool gzip = true) {
        server_ = std::make_unique<LoopbackServer>([this, statuses](PeerConnection& peer) {
            while (const auto request = read_request(peer)) {
                const std::lock_guard lock(mutex_);
                const std::size_t turn = std::min(requests_.size(), statuses.size() - 1);
                requests_.push_back(*request);
                const std::string status = std::to_string(statuses[turn]);
                peer.write("HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n");
            }
        });
        HttpSenderOptions options;
        options.peer = {server_->address(), server_->port()};
        options.gzip = gzip;
        sender_ = std::make_unique<HttpSender>(options);
    }
    SendResult send(std::size_t payload_bytes = 4'000) {
        payload_ = "\"" + std::string(payload_bytes - 2, 'x') + "\"";
        const std::vector<std::string_view> payloads{payload_};
        return sender_->send(payloads, Deadline::after(std::chrono::milliseconds(10'000)));
    }
    // "g" for each request that came as gzip, "p" for a plain one.
    std::string forms() {
        const std::lock_guard lock(mutex_);
        std::string forms;
        for (const HttpRequest& request : requests_) forms += request.is_gzip ? "g" : "p";
        return forms;
    }

    std::string payload_;
    std::mutex mutex_;
    std::vector<HttpRequest> requests_;
    std::unique_ptr<LoopbackServer> server_;
    std::unique_ptr<Sender> sender_;
};

TEST_F(HttpSenderGzip, compresses_a_body_and_says_so) {
    start({202});
    const SendResult result = send();
    EXPECT_EQ(result.outcome, Outcome::accepted);
    EXPECT_EQ(forms(), "g");
    EXPECT_EQ(requests_[0].body, "[" + payload_ + "]");
    EXPECT_GT(result.message_bytes, payload_.size());
    EXPECT_LT(result.written_bytes, 400U);
    EXPECT_FALSE(result.compression_was_refused);
}

TEST_F(HttpSenderGzip, leaves_a_body_below_its_threshold_as_it_is) {
    start({202});
    const std::size_t threshold = HttpSenderOptions().gzip_bytes_min;
    EXPECT_EQ(send(threshold - 3).outcome, Outcome::accepted);  // and two brackets
    EXPECT_EQ(send(threshold - 2).outcome, Outcome::accepted);
    EXPECT_EQ(forms(), "pg");
}

TEST_F(HttpSenderGzip, compresses_nothing_when_it_is_told_so) {
    start({202}, false);
    const SendResult result = send();
    EXPECT_EQ(forms(), "p");
    EXPECT_EQ(result.message_bytes, result.written_bytes);
    EXPECT_GT(result.written_bytes, payload_.size());
}

TEST_F(HttpSenderGzip, sends_again_as_it_is_what_was_refused_as_gzip_and_all_that_follows) {
    for (const int refusal : {415, 400}) {
        requests_.clear();
        start({refusal, 202});
        const SendResult result = send();
        EXPECT_EQ(result.outcome, Outcome::accepted) << refusal;
        EXPECT_TRUE(result.compression_was_refused);
        EXPECT_EQ(result.message_bytes, result.written_bytes);
        const SendResult next = send();
        EXPECT_EQ(next.outcome, Outcome::accepted);
        EXPECT_FALSE(next.compression_was_refused);
        EXPECT_EQ(forms(), "gpp");
        EXPECT_EQ(requests_[1].body, requests_[0].body);
        server_.reset();
    }
}

TEST_F(HttpSenderGzip, blames_the_content_when_it_is_refused_in_both_forms) {
    start({400, 400, 202});
    EXPECT_EQ(send().outcome, Outcome::refused);
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(forms(), "gpg");
}

TEST_F(HttpSenderGzip, takes_400_for_a_verdict_on_the_content_once_gzip_was_accepted) {
    start({202, 400});
    EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(send().outcome, Outcome::refused);
    EXPECT_EQ(forms(), "gg");
}

TEST_F(HttpSenderGzip, gives_gzip_up_when_a_later_collector_does_not_know_it) {
    start({202, 415, 202});
    for (int i = 0; i < 3; ++i) EXPECT_EQ(send().outcome, Outcome::accepted);
    EXPECT_EQ(forms(), "ggpp");
}

TEST_F(HttpSenderGzip, passes_on_what_becomes_of_the_second_form) {
    start({415, 503});
    EXPECT_EQ(send().outcome, Outcome::try_later);
    EXPECT_EQ(send().outcome, Outcome::try_later);
    EXPECT_EQ(forms(), "gpg");  // 503 says nothing about gzip
}

}  // namespace
}  // namespace clew::transport::testing
