// SPDX-License-Identifier: Apache-2.0
// Goal: clients made by Apache Thrift's own library are served, in both forms of the header.
// Method: its generated clients behind its own framed transport, against our server.
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <Scribe.h>
#include <Status.h>
#include <gtest/gtest.h>
#include <thrift/TApplicationException.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "clew/transport/scribe/internal/scribe_server_harness.h"
#include "clew/transport/scribe/scribe_server.h"

namespace clew::transport {
namespace {

namespace thrift = apache::thrift;
using oracle::LogEntry;
using oracle::ResultCode;
using thrift::TApplicationException;

// The parameter: whether the client writes the strict header, and expects it.
class ScribeServerInterop : public ::testing::TestWithParam<bool>, protected ScribeServerHarness {
protected:
    void SetUp() override {
        ASSERT_TRUE(open([this](const LogRequest& request, LogResponder responder) {
            for (const LogEntry& entry : copies_of(request)) {
                bytes_ += entry.category.size() + entry.message.size();
            }
            entries_ += request.entries.size();
            responder.send(overloaded_ ? LogResult::try_later : LogResult::ok);
        }));
        const auto socket = std::make_shared<thrift::transport::TSocket>("127.0.0.1", port());
        const auto framed = std::make_shared<thrift::transport::TFramedTransport>(socket);
        const bool strict = GetParam();
        protocol_ =
            std::make_shared<thrift::protocol::TBinaryProtocol>(framed, 0, 0, strict, strict);
        framed->open();
    }

    static std::vector<LogEntry> copies_of(const LogRequest& request) {
        std::vector<LogEntry> copies(request.entries.size());
        for (std::size_t i = 0; i < copies.size(); ++i) {
            copies[i].category = request.entries[i].category;
            copies[i].message = request.entries[i].message;
        }
        return copies;
    }

    static std::vector<LogEntry> sample(std::size_t count) {
        LogEntry entry;
        entry.__set_category("zipkin");
        entry.__set_message(std::string(100, 'x'));
        return std::vector<LogEntry>(count, entry);
    }

    std::shared_ptr<thrift::protocol::TProtocol> protocol_;
    std::atomic<std::size_t> entries_{0};
    std::atomic<std::size_t> bytes_{0};
    std::atomic<bool> overloaded_{false};
};

TEST_P(ScribeServerInterop, takes_what_apache_thrift_sends) {
    oracle::ScribeClient client(protocol_);
    EXPECT_EQ(client.Log(sample(1)), ResultCode::OK);
    EXPECT_EQ(client.Log(sample(5'000)), ResultCode::OK);
    EXPECT_EQ(client.Log({}), ResultCode::OK);
    EXPECT_EQ(entries_, 5'001U);
    EXPECT_EQ(bytes_, 5'001U * 106U);
    overloaded_ = true;
    EXPECT_EQ(client.Log(sample(1)), ResultCode::TRY_LATER);
}

TEST_P(ScribeServerInterop, answers_pipelined_calls_of_apache_thrift) {
    oracle::ScribeClient client(protocol_);
    for (int i = 0; i < 200; ++i) client.send_Log(sample(1));
    for (int i = 0; i < 200; ++i) EXPECT_EQ(client.recv_Log(), ResultCode::OK);
    EXPECT_EQ(entries_, 200U);
}

TEST_P(ScribeServerInterop, answers_a_multiplexing_client_of_apache_thrift) {
    const auto multiplexed =
        std::make_shared<thrift::protocol::TMultiplexedProtocol>(protocol_, "Scribe");
    oracle::ScribeClient client(multiplexed);
    EXPECT_EQ(client.Log(sample(2)), ResultCode::OK);
    EXPECT_EQ(entries_, 2U);
}

TEST_P(ScribeServerInterop, answers_status_questions_of_apache_thrift) {
    oracle::StatusClient client(protocol_);
    EXPECT_EQ(client.getStatus(), 2);
    std::string name;
    client.getName(name);
    EXPECT_EQ(name, "clew");
    std::map<std::string, std::int64_t> counters;
    client.getCounters(counters);
    EXPECT_EQ(counters.size(), 11U);
    EXPECT_EQ(counters["status_calls"], 2);
    EXPECT_EQ(client.getCounter("status_calls"), 3);
}

TEST_P(ScribeServerInterop, refuses_orders_of_apache_thrift) {
    oracle::StatusClient client(protocol_);
    client.shutdown();
    try {
        client.setOption("a", "b");
        FAIL() << "no exception";
    } catch (const TApplicationException& exception) {
        EXPECT_EQ(exception.getType(), TApplicationException::UNKNOWN_METHOD);
        EXPECT_STREQ(exception.what(), "setOption is refused");
    }
    EXPECT_EQ(client.getStatus(), 2);
    EXPECT_EQ(metrics().orders_refused.value(), 2U);
}

INSTANTIATE_TEST_SUITE_P(BothForms, ScribeServerInterop, ::testing::Bool(), [](const auto& form) {
    return form.param ? "strict" : "unversioned";
});

}  // namespace
}  // namespace clew::transport
