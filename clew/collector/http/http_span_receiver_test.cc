// SPDX-License-Identifier: Apache-2.0
// Goal: what is accepted is stored, what is not is answered in Zipkin's words, and the books are
// balanced either way. Method: a real server and raw requests, with a storage that records.
#include "clew/collector/http/http_span_receiver.h"

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/base/testing/becomes_true.h"
#include "clew/collector/testing/recording_storage.h"
#include "clew/sampler/sampler.h"
#include "clew/transport/http/http_server.h"
#include "clew/transport/testing/raw_client.h"
#include "clew/wire/compression.h"

namespace clew::collector {
namespace {

using clew::testing::becomes_true;
using transport::testing::RawClient;
using transport::testing::RawReply;

constexpr std::string_view kSpan =
    R"({"traceId":"000000000000000a","id":"000000000000000b","kind":"CLIENT","name":"get",)"
    R"("timestamp":1700000000000000,"localEndpoint":{"serviceName":"frontend"}})";

std::string list_of(int count) {
    std::string body = "[";
    for (int i = 0; i < count; ++i) body.append(i == 0 ? "" : ",").append(kSpan);
    return body + "]";
}

std::string gzipped(std::string_view text) {
    std::string out;
    wire::gzip(text, 6, out);
    return out;
}

class HttpSpanReceiverTest : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(loop_.start().has_value());
        auto server = transport::HttpServer::open(
            loop_,
            {},
            {},
            budget_,
            [this](transport::HttpRequest& request, const transport::HttpResponder& responder) {
                receiver().receive(request, responder);
            }
        );
        ASSERT_TRUE(server.has_value());
        server_ = std::move(*server);
        server_->start();
    }

    // Made at the first request, so that a test may set options before.
    HttpSpanReceiver& receiver() {
        static std::mutex mutex;
        const std::lock_guard lock(mutex);
        if (!receiver_) {
            receiver_ = std::make_unique<HttpSpanReceiver>(collector_, metrics_, options_);
        }
        return *receiver_;
    }

    RawReply post(std::string_view body, std::string_view headers = "") {
        RawClient client(server_->listener().port());
        const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return client.ask(
            "POST", "/api/v2/spans", std::string(headers) + (body.empty() ? length : ""), body
        );
    }

    void expect_refused(const RawReply& reply, int status, const std::string& text) {
        EXPECT_EQ(reply.status, status);
        EXPECT_EQ(reply.body, text);
        EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
        EXPECT_EQ(storage_.span_count(), 0u);
        EXPECT_EQ(metrics_.messages.value(), 1u);
        EXPECT_EQ(metrics_.messages_dropped.value(), 1u);
        EXPECT_EQ(metrics_.spans.value(), 0u);
    }

    testing::RecordingStorage storage_;
    sampler::AlwaysSampler sampler_;
    Collector collector_{sampler_, storage_};
    CollectorMetrics metrics_{"http"};
    HttpReceiverOptions options_;
    std::unique_ptr<HttpSpanReceiver> receiver_;
    transport::ByteBudget budget_{128 * 1024 * 1024};
    transport::EventLoop loop_{2};
    std::unique_ptr<transport::HttpServer> server_;
};

TEST_F(HttpSpanReceiverTest, stores_a_list_and_answers_202_with_an_empty_body) {
    const RawReply reply = post(list_of(3));
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.header("Content-Length"), "0");
    EXPECT_EQ(storage_.span_count(), 3u);
    EXPECT_EQ(storage_.batches[0][2].local_service_name(), "frontend");
    EXPECT_EQ(metrics_.messages.value(), 1u);
    EXPECT_EQ(metrics_.bytes.value(), list_of(3).size());
    EXPECT_EQ(metrics_.spans.value(), 3u);
    EXPECT_EQ(metrics_.spans_stored.value(), 3u);
    EXPECT_EQ(metrics_.message_bytes.value(), static_cast<std::int64_t>(list_of(3).size()));
}

TEST_F(HttpSpanReceiverTest, takes_any_content_type_but_protobuf_for_json) {
    for (const char* type :
         {"application/json", "application/json; charset=utf-8", "text/plain", ""}) {
        EXPECT_EQ(post(list_of(1), std::string("Content-Type: ") + type + "\r\n").status, 202);
    }
    EXPECT_EQ(post(list_of(1)).status, 202);
    EXPECT_EQ(storage_.span_count(), 5u);
}

TEST_F(HttpSpanReceiverTest, shows_no_more_than_the_beginning_of_what_it_refuses) {
    const std::string large(2'000'000, 'a');
    const std::string span = R"([{"traceId":"1","id":"2",)";
    for (const std::string& member :
         {"\"timestamp\":\"" + large + "\"}]",
          "\"timestamp\":\"" + std::string(1'000'000, '1') + ".5\"}]",
          "\"kind\":\"" + large + "\"}]",
          "\"tags\":{\"" + large + "\":null}}]"}) {
        const RawReply reply = post(span + member);
        EXPECT_EQ(reply.status, 400);
        EXPECT_LE(reply.body.size(), 1024u);
        EXPECT_GT(reply.body.size(), 0u);
    }
}

TEST_F(HttpSpanReceiverTest, stores_protobuf) {
    const std::string ids = "\x0a\x08" + std::string(8, 'a') + "\x1a\x08" + std::string(8, 'b');
    const std::string list = "\x0a\x14" + ids;
    EXPECT_EQ(post(list, "Content-Type: application/X-Protobuf; a=b\r\n").status, 202);
    EXPECT_EQ(storage_.span_count(), 1u);
}

TEST_F(HttpSpanReceiverTest, refuses_cut_protobuf) {
    expect_refused(
        post("\x0a\x42xxxxxxxx", "Content-Type: application/x-protobuf\r\n"),
        400,
        "Truncated: length 66 > bytes available 8 reading List<Span> from proto3"
    );
}

TEST_F(HttpSpanReceiverTest, refuses_json_that_is_called_protobuf) {
    expect_refused(
        post(list_of(1), "Content-Type: application/x-protobuf\r\n"),
        400,
        "Expected a PROTO3 encoded list\n"
    );
}

TEST_F(HttpSpanReceiverTest, accepts_an_empty_body_and_an_empty_list) {
    EXPECT_EQ(post("").status, 202);
    EXPECT_EQ(post("[]").status, 202);
    EXPECT_EQ(metrics_.messages.value(), 2u);
    EXPECT_EQ(metrics_.bytes.value(), 0u);
    EXPECT_EQ(metrics_.spans.value(), 0u);
    EXPECT_EQ(storage_.batches.size(), 0u);
}

TEST_F(HttpSpanReceiverTest, accepts_white_space_around_the_list) {
    EXPECT_EQ(post(" \t\r\n" + list_of(1) + "\n").status, 202);
    EXPECT_EQ(post("\n[]\n").status, 202);
    EXPECT_EQ(storage_.span_count(), 1u);
}

TEST_F(HttpSpanReceiverTest, inflates_gzip) {
    const std::string body = list_of(500);
    EXPECT_EQ(post(gzipped(body), "Content-Encoding: gzip\r\n").status, 202);
    EXPECT_EQ(storage_.span_count(), 500u);
    EXPECT_EQ(metrics_.bytes.value(), body.size());
}

TEST_F(HttpSpanReceiverTest, knows_gzip_as_a_token_in_any_case) {
    const std::string body = gzipped(list_of(1));
    for (const char* coding :
         {"gzip",
          "GZIP",
          "x-gzip",
          "identity, gzip",
          " gzip ,",
          "gzip\r\nContent-Encoding: identity"}) {
        EXPECT_EQ(post(body, "Content-Encoding: " + std::string(coding) + "\r\n").status, 202)
            << coding;
    }
    for (const char* coding : {"identity", "", ","}) {
        EXPECT_EQ(post(list_of(1), "Content-Encoding: " + std::string(coding) + "\r\n").status, 202)
            << coding;
    }
    EXPECT_EQ(storage_.span_count(), 9u);
}

TEST_F(HttpSpanReceiverTest, answers_415_to_a_coding_that_it_does_not_know) {
    std::uint64_t refused = 0;
    for (const char* coding :
         {"zstd",
          "br",
          "deflate",
          "xgzipx",
          "gzip2",
          "gzip, br",
          "identity\r\nContent-Encoding: zstd"}) {
        const RawReply reply =
            post(gzipped(list_of(1)), "Content-Encoding: " + std::string(coding) + "\r\n");
        EXPECT_EQ(reply.status, 415) << coding;
        EXPECT_EQ(reply.header("Accept-Encoding"), "gzip");
        EXPECT_EQ(metrics_.messages_dropped.value(), ++refused);
    }
    EXPECT_EQ(
        post(list_of(1), "Content-Encoding: zstd\r\n").body,
        "Content-Encoding zstd is not supported here: send gzip, or the spans as they are"
    );
    EXPECT_EQ(post(gzipped(gzipped(list_of(1))), "Content-Encoding: gzip, gzip\r\n").status, 415);
    EXPECT_EQ(storage_.span_count(), 0u);
    EXPECT_EQ(post("", "Content-Encoding: br\r\n").status, 202);
}

TEST_F(HttpSpanReceiverTest, accepts_an_empty_body_that_is_said_to_be_gzip) {
    EXPECT_EQ(post("", "Content-Encoding: gzip\r\n").status, 202);
    EXPECT_EQ(metrics_.messages_dropped.value(), 0u);
}

TEST_F(HttpSpanReceiverTest, answers_400_to_what_is_no_gzip) {
    expect_refused(post(list_of(1), "Content-Encoding: gzip\r\n"), 400, "Cannot gunzip spans");
}

TEST_F(HttpSpanReceiverTest, answers_400_to_gzip_of_nothing) {
    expect_refused(post(gzipped(""), "Content-Encoding: gzip\r\n"), 400, "Cannot gunzip spans");
}

TEST_F(HttpSpanReceiverTest, answers_413_when_a_body_inflates_to_too_much) {
    options_.inflated_bytes_max = 100'000;
    expect_refused(
        post(gzipped(std::string(1'000'000, ' ')), "Content-Encoding: gzip\r\n"),
        413,
        "the body inflates to more than 100000 bytes"
    );
    EXPECT_TRUE(becomes_true([&] { return budget_.bytes_in_use() == 0; }));
}

TEST_F(HttpSpanReceiverTest, answers_503_when_there_is_no_room_to_inflate) {
    ASSERT_TRUE(budget_.try_reserve(112 * 1024 * 1024));
    const RawReply reply = post(gzipped(list_of(1)), "Content-Encoding: gzip\r\n");
    expect_refused(reply, 503, "too many bytes in flight, try again later");
    EXPECT_EQ(reply.header("Retry-After"), "1");
    EXPECT_EQ(post(list_of(1)).status, 202);
}

TEST_F(HttpSpanReceiverTest, answers_400_when_the_body_is_no_list) {
    expect_refused(post(kSpan), 400, "Expected a JSON_V2 encoded list\n");
}

TEST_F(HttpSpanReceiverTest, answers_400_when_the_body_is_a_v1_list) {
    expect_refused(
        post(R"([{"traceId":"a","id":"b","name":"get","binaryAnnotations":[]}])"),
        400,
        "Expected a JSON_V2 encoded list, but received: JSON_V1\n"
    );
}

TEST_F(HttpSpanReceiverTest, stores_a_v2_span_that_only_mentions_v1) {
    const std::string body = R"([{"traceId":"a","id":"b","localEndpoint":{"serviceName":"a"},)"
                             R"("tags":{"query":"{\"binaryAnnotations\":[]}"}}])";
    EXPECT_EQ(post(body).status, 202);
    EXPECT_EQ(storage_.span_count(), 1u);
}

TEST_F(HttpSpanReceiverTest, answers_400_in_the_decoders_words_and_stores_nothing) {
    expect_refused(
        post("[" + std::string(kSpan) + R"(,{"traceId":"a"}])"),
        400,
        "Missing : id reading List<Span> from json"
    );
}

TEST_F(HttpSpanReceiverTest, answers_400_to_malformed_json) {
    expect_refused(post("[{\"traceId\""), 400, "Malformed reading List<Span> from json");
}

TEST_F(HttpSpanReceiverTest, answers_413_to_more_spans_than_a_message_may_have) {
    options_.json_limits.spans_max = 2;
    const RawReply reply = post(list_of(3));
    EXPECT_EQ(reply.status, 413);
    EXPECT_NE(reply.body.find("spans_max is 2"), std::string::npos) << reply.body;
}

TEST_F(HttpSpanReceiverTest, stops_decoding_where_the_storage_could_never_hold_the_body) {
    storage_.spans_max = 2;
    const RawReply reply = post(list_of(3));
    EXPECT_EQ(reply.status, 413);
    EXPECT_NE(reply.body.find("spans_max is 2"), std::string::npos) << reply.body;
    EXPECT_EQ(metrics_.spans.value(), 0u);
    EXPECT_EQ(post(list_of(2)).status, 202);
}

TEST_F(HttpSpanReceiverTest, tells_an_operator_what_accepted_bodies_lost) {
    std::vector<std::string> lines;
    options_.loss_sink = [&lines](std::string_view transport, const std::vector<Loss>& losses) {
        lines.push_back(std::string(transport));
        for (const Loss& loss : losses) {
            lines.back() += " " + std::string(loss.reason) + "=" + std::to_string(loss.count);
        }
    };
    EXPECT_EQ(post(R"([{"traceId":"a","id":"0"},{"traceId":"a","id":"1"}]x)").status, 202);
    EXPECT_EQ(storage_.span_count(), 1u);
    EXPECT_EQ(lines, std::vector<std::string>{"http zero_id=1 bytes_behind_list=1"});
}

// An exchange that a test looks at.
struct KeptAnswer final : transport::HttpResponder::Exchange {
    void answer(transport::HttpResponse response) override {
        if (answers++ == 0) status = response.status;
    }
    int answers = 0;
    int status = 0;
};

// Whichever allocation fails: 503 and nothing stored, or 202. Never 400, which nobody sends again.
TEST_F(HttpSpanReceiverTest, answers_503_when_there_is_no_memory) {
    HttpSpanReceiver& direct = receiver();
    for (const bool is_gzip : {false, true}) {
        std::size_t number = 0;
        for (bool has_failed = true; has_failed; ++number) {
            ASSERT_LT(number, 1000u);
            transport::HttpRequest request;
            request.body = is_gzip ? gzipped(list_of(20)) : list_of(20);
            request.reservation = transport::ByteReservation(budget_);
            if (is_gzip) request.headers.push_back({"Content-Encoding", "gzip"});
            const auto kept = std::make_shared<KeptAnswer>();
            const transport::HttpResponder responder(kept);
            const std::size_t stored_before = storage_.span_count();
            {
                const clew::testing::FailingAllocation failing(number);
                direct.receive(request, responder);
                has_failed = failing.has_failed();
            }
            const bool is_stored = storage_.span_count() != stored_before;
            EXPECT_TRUE(kept->status == 202 || kept->status == 503)
                << number << ": " << kept->status;
            EXPECT_EQ(kept->status == 202, is_stored) << number;
            EXPECT_TRUE(has_failed || kept->status == 202);
        }
        EXPECT_GT(number, 10u);
    }
    EXPECT_EQ(
        metrics_.spans.value(), metrics_.spans_stored.value() + metrics_.spans_rejected.value()
    );
}

TEST_F(HttpSpanReceiverTest, answers_503_with_retry_after_when_the_storage_is_overloaded) {
    storage_.answer = Error{Code::overloaded, "the journal is behind"};
    const RawReply reply = post(list_of(2));
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, "the journal is behind");
    EXPECT_EQ(reply.header("Retry-After"), "1");
    EXPECT_EQ(metrics_.spans_rejected.value(), 2u);
}

TEST_F(HttpSpanReceiverTest, answers_413_when_the_batch_never_fits) {
    storage_.answer = Error{Code::limit_exceeded, "more spans than the storage holds"};
    EXPECT_EQ(post(list_of(2)).status, 413);
}

TEST_F(HttpSpanReceiverTest, answers_500_with_the_storages_words) {
    storage_.answer = Error{Code::io, "disk on fire"};
    const RawReply reply = post(list_of(2));
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, "disk on fire");
    EXPECT_EQ(metrics_.messages_dropped.value(), 0u);
}

TEST_F(HttpSpanReceiverTest, answers_when_the_storage_does_and_not_before) {
    storage_.keeps_answers_back = true;
    RawClient client(server_->listener().port());
    const std::string body = list_of(1);
    client.send(
        "POST /api/v2/spans HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body
    );
    ASSERT_TRUE(becomes_true([&] { return storage_.waiting_count() > 0; }));
    EXPECT_GT(budget_.bytes_in_use(), 0u);
    storage_.answer_all();
    EXPECT_EQ(client.read_reply().status, 202);
}

TEST_F(HttpSpanReceiverTest, stores_large_bodies_too) {
    EXPECT_EQ(post(list_of(20'000)).status, 202);
    EXPECT_EQ(storage_.span_count(), 20'000u);
    EXPECT_EQ(post(list_of(1)).status, 202);
}

}  // namespace
}  // namespace clew::collector
