// SPDX-License-Identifier: Apache-2.0
// Goal: what a scribe client sends is stored before it hears OK, whatever stands beside it, and the
// books are balanced. Method: a real server and raw frames, with a storage that records.
#include "clew/collector/scribe/scribe_span_receiver.h"

#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "clew/base/testing/allocation_count.h"
#include "clew/collector/testing/recording_storage.h"
#include "clew/model/testing/span_text.h"
#include "clew/sampler/sampler.h"
#include "clew/transport/scribe/scribe_server.h"
#include "clew/transport/testing/raw_client.h"
#include "clew/wire/base64.h"
#include "clew/wire/thrift_writer.h"

namespace clew::collector {
namespace {

using std::string_literals::operator""s;
using transport::testing::RawClient;
using wire::ThriftType;
using wire::ThriftWriter;

// What eventlet's zipkin client sends for GET /v1 of service App, and what it means.
constexpr std::string_view kEventletSpan =
    "CgABAAAAAAAACrwLAAMAAAADR0VUCgAEAAAAAAAACrwPAAYMAAAAAgoAAQAGCiQYHkAACwACAAAAAnNyDAADCAABfwAA"
    "AQYAAh+QCwADAAAAA0FwcAAACgABAAYKJBgecDkLAAIAAAACc3MMAAMIAAF/AAABBgACH5ALAAMAAAADQXBwAAAPAAgMAA"
    "AAAQsAAQAAAAhodHRwLnVyaQsAAgAAAAMvdjEIAAMAAAAGDAAECAABfwAAAQYAAh+QCwADAAAAA0FwcAAAAA==";
constexpr std::string_view kEventletSpanText =
    "trace=0000000000000abc id=0000000000000abc kind=SERVER name=get at=1700000000000000 for=12345 "
    "local=app@127.0.0.1:8080 tag:http.uri=/v1 shared\n";

std::string entry(std::string_view category, std::string_view message) {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.text_field(1, category);
    writer.text_field(2, message);
    writer.stop();
    return bytes;
}

std::string log_call(const std::vector<std::string>& entries) {
    std::string content = "\0\0\0\3Log\1\0\0\0\0"s;
    ThriftWriter writer(content);
    writer.field(ThriftType::list, 1);
    writer.list(ThriftType::structure, static_cast<std::uint32_t>(entries.size()));
    for (const std::string& one : entries) content += one;
    writer.stop();
    std::string frame;
    ThriftWriter(frame).write_text(content);
    return frame;
}

const std::string kOk = "\0\0\0\x14\0\0\0\3Log\2\0\0\0\0\x08\0\0\0\0\0\0\0"s;
const std::string kTryLater = "\0\0\0\x14\0\0\0\3Log\2\0\0\0\0\x08\0\0\0\0\0\1\0"s;

// A record of a whole call: both sides' annotations in one span struct, as base64.
std::string whole_call() {
    std::string bytes;
    ThriftWriter writer(bytes);
    writer.int64_field(1, 1);
    writer.int64_field(4, 2);
    writer.field(ThriftType::list, 6);
    writer.list(ThriftType::structure, 4);
    const auto annotate = [&](std::int64_t us, std::string_view value, std::string_view service) {
        writer.int64_field(1, us);
        writer.text_field(2, value);
        writer.field(ThriftType::structure, 3);
        writer.text_field(3, service);
        writer.stop();
        writer.stop();
    };
    annotate(10, "cs", "a");
    annotate(20, "sr", "b");
    annotate(30, "ss", "b");
    annotate(40, "cr", "a");
    writer.stop();
    std::string text;
    wire::append_base64(bytes, text);
    return text;
}

class ScribeSpanReceiverTest : public ::testing::Test {
protected:
    void open(const ScribeReceiverOptions& options = {}) {
        ASSERT_TRUE(loop_.start());
        receiver_ = std::make_unique<ScribeSpanReceiver>(collector_, metrics_, options);
        auto server = transport::ScribeServer::open(
            loop_,
            {},
            {},
            budget_,
            [this](const transport::LogRequest& request, const transport::LogResponder& responder) {
                receiver_->receive(request, responder);
            }
        );
        ASSERT_TRUE(server);
        server_ = std::move(*server);
        server_->start();
    }

    RawClient connect() const { return RawClient(server_->listener().port()); }

    // What the server answers to one call, on a connection of its own.
    std::string answer(std::string_view frame) const {
        RawClient client = connect();
        EXPECT_TRUE(client.send(frame));
        return client.read(kOk.size());
    }

    // All spans that the storage has been given.
    std::string stored() {
        std::string text;
        const std::lock_guard lock(storage_.mutex);
        for (const model::SpanBatch& batch : storage_.batches) {
            for (const model::Span span : batch) text += model::testing::span_text(span) + "\n";
        }
        return text;
    }

    // A failing sampler, storage or peer may lose nothing without a count.
    void expect_balanced_books() const {
        EXPECT_EQ(
            metrics_.spans.value(),
            metrics_.spans_stored.value() + metrics_.spans_sampled_out.value() +
                metrics_.spans_rejected.value() + metrics_.spans_dropped.value()
        );
    }

    testing::RecordingStorage storage_;
    sampler::AlwaysSampler sampler_;
    Collector collector_{sampler_, storage_};
    CollectorMetrics metrics_{"scribe"};
    std::unique_ptr<ScribeSpanReceiver> receiver_;
    transport::ByteBudget budget_{64 * 1024 * 1024};
    transport::EventLoop loop_{2};
    std::unique_ptr<transport::ScribeServer> server_;
};

TEST_F(ScribeSpanReceiverTest, stores_the_golden_frame_of_an_eventlet_client) {
    open();
    const std::string frame = log_call({entry("zipkin", kEventletSpan)});
    EXPECT_EQ(
        frame.substr(0, 24),
        "\x00\x00\x01\x3a\x00\x00\x00\x03\x4c\x6f\x67\x01\x00\x00\x00\x00\x0f\x00\x01\x0c\x00\x00"
        "\x00\x01"s
    );
    EXPECT_EQ(answer(frame), kOk);
    EXPECT_EQ(stored(), kEventletSpanText);
    EXPECT_EQ(metrics_.messages.value(), 1U);
    EXPECT_EQ(metrics_.bytes.value(), 202U);
    EXPECT_EQ(metrics_.message_bytes.value(), 202);
    EXPECT_EQ(metrics_.spans.value(), 1U);
    EXPECT_EQ(metrics_.spans_stored.value(), 1U);
    expect_balanced_books();
}

TEST_F(ScribeSpanReceiverTest, answers_the_golden_frame_in_the_strict_form_with_the_golden_reply) {
    open();
    std::string frame = log_call({entry("zipkin", kEventletSpan)});
    frame.replace(
        0, 16, "\x00\x00\x01\x3d\x80\x01\x00\x01\x00\x00\x00\x03\x4c\x6f\x67\x00\x00\x00\x00"s
    );
    RawClient client = connect();
    client.send(frame);
    const std::string golden =
        "\x00\x00\x00\x17\x80\x01\x00\x02\x00\x00\x00\x03\x4c\x6f\x67\x00\x00\x00\x00\x08\x00\x00"
        "\x00\x00\x00\x00\x00"s;
    EXPECT_EQ(client.read(golden.size()), golden);
    EXPECT_EQ(stored(), kEventletSpanText);
}

TEST_F(ScribeSpanReceiverTest, reads_base64_with_line_breaks) {
    open();
    std::string broken;
    for (std::size_t at = 0; at < kEventletSpan.size(); at += 76) {
        broken.append(kEventletSpan.substr(at, 76)).append("\r\n");
    }
    const std::string with_newline = std::string(kEventletSpan) + "\n";
    EXPECT_EQ(answer(log_call({entry("zipkin", broken), entry("zipkin", with_newline)})), kOk);
    EXPECT_EQ(stored(), std::string(kEventletSpanText) + std::string(kEventletSpanText));
}

TEST_F(ScribeSpanReceiverTest, keeps_both_halves_of_a_shared_span) {
    open();
    EXPECT_EQ(answer(log_call({entry("zipkin", whole_call())})), kOk);
    EXPECT_EQ(
        stored(),
        "trace=0000000000000001 id=0000000000000002 kind=CLIENT at=10 for=30 local=a\n"
        "trace=0000000000000001 id=0000000000000002 kind=SERVER at=20 for=10 local=b shared\n"
    );
    EXPECT_EQ(metrics_.spans.value(), 2U);
}

TEST_F(ScribeSpanReceiverTest, skips_what_is_no_span_and_stores_its_neighbours) {
    open();
    const std::string no_ids = "AA==";  // an empty struct
    EXPECT_EQ(
        answer(log_call(
            {entry("zipkin", "Z"),
             entry("zipkin", kEventletSpan),
             entry("zipkin", no_ids),
             entry("zipkin", "CgAB"),
             entry("zipkin", ""),
             entry("zipkin", std::string(2 * 1024 * 1024, 'A')),
             entry("zipkin", kEventletSpan)}
        )),
        kOk
    );
    EXPECT_EQ(stored(), std::string(kEventletSpanText) + std::string(kEventletSpanText));
    const ScribeReceiverMetrics& entries = receiver_->metrics();
    EXPECT_EQ(entries.entries.value(), 7U);
    EXPECT_EQ(entries.entries_not_base64.value(), 1U);
    EXPECT_EQ(entries.entries_not_a_span.value(), 3U);
    EXPECT_EQ(entries.entries_too_big.value(), 1U);
    EXPECT_EQ(metrics_.messages_dropped.value(), 0U);
    EXPECT_EQ(metrics_.spans.value(), 2U);
    expect_balanced_books();
}

TEST_F(ScribeSpanReceiverTest, takes_only_its_category) {
    open();
    EXPECT_EQ(
        answer(log_call(
            {entry("access", "GET /"),
             entry("zipkin2", kEventletSpan),
             entry("", kEventletSpan),
             entry("Zipkin", kEventletSpan)}
        )),
        kOk
    );
    EXPECT_EQ(storage_.span_count(), 0U);
    EXPECT_EQ(receiver_->metrics().entries_other_category.value(), 4U);
    EXPECT_EQ(metrics_.bytes.value(), 0U);
}

TEST_F(ScribeSpanReceiverTest, takes_another_category_when_told_to) {
    ScribeReceiverOptions options;
    options.category = "spans";
    open(options);
    const std::string frame =
        log_call({entry("spans", kEventletSpan), entry("zipkin", kEventletSpan)});
    EXPECT_EQ(answer(frame), kOk);
    EXPECT_EQ(storage_.span_count(), 1U);
}

TEST_F(ScribeSpanReceiverTest, answers_only_when_the_storage_has) {
    open();
    storage_.keeps_answers_back = true;
    RawClient client = connect();
    client.send(log_call({entry("zipkin", kEventletSpan)}));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (storage_.waiting_count() == 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    ASSERT_EQ(storage_.waiting_count(), 1U);
    EXPECT_EQ(metrics_.spans_stored.value(), 0U);
    storage_.answer_all();
    EXPECT_EQ(client.read(kOk.size()), kOk);
    EXPECT_EQ(metrics_.spans_stored.value(), 1U);
}

TEST_F(ScribeSpanReceiverTest, says_try_later_when_the_storage_does_not_take_the_spans) {
    open();
    storage_.answer = Error{Code::overloaded, "full"};
    EXPECT_EQ(answer(log_call({entry("zipkin", kEventletSpan)})), kTryLater);
    storage_.answer = Error{Code::io, "disk"};
    EXPECT_EQ(answer(log_call({entry("zipkin", whole_call())})), kTryLater);
    EXPECT_EQ(metrics_.messages.value(), 2U);
    EXPECT_EQ(metrics_.messages_dropped.value(), 0U);  // it became spans, which are counted
    EXPECT_EQ(metrics_.spans_rejected.value(), 3U);
    expect_balanced_books();
}

TEST_F(ScribeSpanReceiverTest, stores_a_call_that_does_not_fit_whole_in_parts) {
    storage_.spans_max = 2;
    open();
    EXPECT_EQ(answer(log_call(std::vector<std::string>(5, entry("zipkin", kEventletSpan)))), kOk);
    EXPECT_EQ(storage_.span_count(), 5U);
    EXPECT_EQ(metrics_.spans_stored.value(), 5U);
    expect_balanced_books();
}

// TRY_LATER would bring the call back for ever.
TEST_F(ScribeSpanReceiverTest, skips_an_entry_that_could_never_be_stored) {
    storage_.refused_trace = 0xabc;
    open();
    EXPECT_EQ(
        answer(log_call({entry("zipkin", kEventletSpan), entry("zipkin", whole_call())})), kOk
    );
    EXPECT_EQ(storage_.span_count(), 2U);
    EXPECT_EQ(metrics_.spans_too_large.value(), 1U);
    EXPECT_EQ(metrics_.spans_dropped.value(), 1U);
    expect_balanced_books();
}

TEST_F(ScribeSpanReceiverTest, tells_an_operator_which_entries_were_skipped) {
    std::vector<std::string> lines;
    ScribeReceiverOptions options;
    options.loss_sink = [&lines](std::string_view transport, const std::vector<Loss>& losses) {
        lines.push_back(std::string(transport));
        for (const Loss& loss : losses) {
            lines.back() += " " + std::string(loss.reason) + "=" + std::to_string(loss.count);
        }
    };
    open(options);
    EXPECT_EQ(
        answer(log_call({entry("zipkin", "Z"), entry("zipkin", "AA=="), entry("zipkin", "CgAB")})),
        kOk
    );
    EXPECT_EQ(answer(log_call({entry("zipkin", "Z"), entry("zipkin", kEventletSpan)})), kOk);
    EXPECT_EQ(lines, std::vector<std::string>{"scribe entry_not_base64=1 entry_not_a_span=2"});
}

struct KeptResult final : transport::LogResponder::Exchange {
    void answer(transport::LogResult result) override {
        if (answers++ == 0) first = result;
    }
    int answers = 0;
    transport::LogResult first{};
};

// Whichever allocation fails: TRY_LATER and nothing stored, or OK.
TEST_F(ScribeSpanReceiverTest, says_try_later_when_there_is_no_memory) {
    open();
    const std::string call = whole_call();
    std::size_t number = 0;
    for (bool has_failed = true; has_failed; ++number) {
        ASSERT_LT(number, 1000U);
        transport::LogRequest request;
        request.entries = {{"zipkin", kEventletSpan}, {"zipkin", call}};
        const auto kept = std::make_shared<KeptResult>();
        const transport::LogResponder responder(kept);
        const std::size_t stored_before = storage_.span_count();
        {
            const clew::testing::FailingAllocation failing(number);
            receiver_->receive(request, responder);
            has_failed = failing.has_failed();
        }
        EXPECT_EQ(kept->answers, 1) << number;
        const bool is_stored = storage_.span_count() != stored_before;
        EXPECT_EQ(kept->first == transport::LogResult::ok, is_stored) << number;
        EXPECT_TRUE(has_failed || is_stored);
    }
    EXPECT_GT(number, 10U);
    expect_balanced_books();
}

TEST_F(ScribeSpanReceiverTest, has_stored_a_span_whenever_a_client_hears_ok) {
    open();
    const std::string frame = log_call({entry("zipkin", kEventletSpan)});
    RawClient client = connect();
    for (std::size_t round = 1; round <= 1000; ++round) {
        client.send(frame);
        ASSERT_EQ(client.read(kOk.size()), kOk);
        ASSERT_EQ(storage_.span_count(), round);
    }
}

TEST_F(ScribeSpanReceiverTest, serves_many_connections_at_once) {
    open();
    const std::string frame =
        log_call(std::vector<std::string>(20, entry("zipkin", kEventletSpan)));
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            RawClient client = connect();
            for (int round = 0; round < 50; ++round) {
                client.send(frame);
                EXPECT_EQ(client.read(kOk.size()), kOk);
            }
        });
    }
    clients.clear();
    EXPECT_EQ(storage_.span_count(), 8U * 50U * 20U);
    EXPECT_EQ(metrics_.spans_stored.value(), 8U * 50U * 20U);
    expect_balanced_books();
}

}  // namespace
}  // namespace clew::collector
