// SPDX-License-Identifier: Apache-2.0
// Goal: a server made by Apache Thrift's own library understands what the scribe sender says.
// Method: its generated service behind its own framed transport, in this process, on the loopback.
#include <mutex>
#include <thread>
#include <vector>

#include <Scribe.h>
#include <gtest/gtest.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TSimpleServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

#include "clew/transport/scribe/scribe_sender.h"

namespace clew::transport {
namespace {

namespace thrift = apache::thrift;
using oracle::LogEntry;
using oracle::ResultCode;

class RecordingScribe final : public oracle::ScribeIf {
public:
    ResultCode::type Log(const std::vector<LogEntry>& messages) override {
        const std::lock_guard lock(mutex);
        if (overloaded) return ResultCode::TRY_LATER;
        entries.insert(entries.end(), messages.begin(), messages.end());
        return ResultCode::OK;
    }

    std::mutex mutex;
    bool overloaded = false;
    std::vector<LogEntry> entries;
};

// Tells when the server listens.
class Listening final : public thrift::server::TServerEventHandler {
public:
    void preServe() override { listening.store(true); }

    std::atomic<bool> listening{false};
};

class ScribeSenderInteropTest : public ::testing::TestWithParam<bool> {
protected:
    ScribeSenderInteropTest() {
        server_.setServerEventHandler(listening_);
        serving_ = std::thread([this] { server_.serve(); });
        const Deadline deadline = Deadline::after(std::chrono::seconds(15));
        while (!listening_->listening.load() && !deadline.has_passed()) std::this_thread::yield();
        ScribeSenderOptions options;
        options.peer = {"127.0.0.1", static_cast<std::uint16_t>(socket_->getPort())};
        options.strict = GetParam();
        sender_ = std::make_unique<ScribeSender>(options);
    }
    ~ScribeSenderInteropTest() override {
        sender_.reset();
        server_.stop();
        serving_.join();
    }
    SendResult send(const std::vector<std::string_view>& payloads) {
        return sender_->send(payloads, Deadline::after(std::chrono::seconds(15)));
    }

    std::shared_ptr<RecordingScribe> scribe_ = std::make_shared<RecordingScribe>();
    std::shared_ptr<Listening> listening_ = std::make_shared<Listening>();
    std::shared_ptr<thrift::transport::TServerSocket> socket_ =
        std::make_shared<thrift::transport::TServerSocket>("127.0.0.1", 0);
    thrift::server::TSimpleServer server_{
        std::make_shared<oracle::ScribeProcessor>(scribe_),
        socket_,
        std::make_shared<thrift::transport::TFramedTransportFactory>(),
        std::make_shared<thrift::protocol::TBinaryProtocolFactory>()};
    std::thread serving_;
    std::unique_ptr<ScribeSender> sender_;
};

TEST_P(ScribeSenderInteropTest, is_understood_by_apache_thrift) {
    EXPECT_EQ(send({"abc", ""}).outcome, Outcome::accepted);
    EXPECT_EQ(send({std::string_view("\0\xff", 2)}).outcome, Outcome::accepted);
    const std::lock_guard lock(scribe_->mutex);
    ASSERT_EQ(scribe_->entries.size(), 3U);
    EXPECT_EQ(scribe_->entries[0].category, "zipkin");
    EXPECT_EQ(scribe_->entries[0].message, "YWJj");
    EXPECT_EQ(scribe_->entries[1].message, "");
    EXPECT_EQ(scribe_->entries[2].message, "AP8=");
}

TEST_P(ScribeSenderInteropTest, understands_apache_thrifts_try_later) {
    {
        const std::lock_guard lock(scribe_->mutex);
        scribe_->overloaded = true;
    }
    EXPECT_EQ(send({"abc"}).outcome, Outcome::try_later);
}

INSTANTIATE_TEST_SUITE_P(OldAndStrictHeader, ScribeSenderInteropTest, ::testing::Bool());

}  // namespace
}  // namespace clew::transport
