// SPDX-License-Identifier: Apache-2.0
// Goal: the scribe sender keeps the promise of all senders and speaks both header forms.
// Method: the sender contract with scripted scribe peers, then what is peculiar to scribe.
#include "clew/transport/scribe/scribe_sender.h"

#include "clew/transport/testing/sender_contract.h"
#include "clew/wire/base64.h"
#include "clew/wire/thrift_reader.h"
#include "clew/wire/thrift_writer.h"

namespace clew::transport::testing {
namespace {

using std::chrono::milliseconds;
using wire::ThriftField;
using wire::ThriftReader;
using wire::ThriftType;
using wire::ThriftWriter;

std::string framed(const std::string& body) {
    std::string out;
    ThriftWriter(out).write_text(body);
    return out;
}

std::optional<std::string> read_frame(PeerConnection& peer) {
    const std::optional<std::string> length = peer.read_exactly(4);
    if (!length) return std::nullopt;
    return peer.read_exactly(static_cast<std::uint32_t>(ThriftReader(*length).read_int32()));
}

std::string decoded(std::string_view text) {
    std::string out(wire::base64_decoded_bytes_max(text.size()), '\0');
    out.resize(wire::decode_base64_mime(text, out.data()).value_or(0));
    return out;
}

struct Entry {
    std::string category;
    std::string message;
};

struct Call {
    std::uint32_t sequence_id = 0;
    std::vector<Entry> entries;
};

// A call with the old header.
std::optional<Call> read_call(PeerConnection& peer) {
    const std::optional<std::string> frame = read_frame(peer);
    if (!frame) return std::nullopt;
    ThriftReader reader(*frame);
    Call call;
    EXPECT_EQ(reader.read_text(), "Log");
    EXPECT_EQ(reader.read_byte(), 1);
    call.sequence_id = static_cast<std::uint32_t>(reader.read_int32());
    ThriftField field;
    EXPECT_TRUE(reader.next_field(field));
    EXPECT_EQ(field, (ThriftField{ThriftType::list, 1}));
    const wire::ThriftList list = reader.read_list();
    for (std::uint32_t i = 0; i < list.count; ++i) {
        Entry entry;
        while (reader.next_field(field)) {
            (field.id == 1 ? entry.category : entry.message) = reader.read_text();
        }
        call.entries.push_back(std::move(entry));
    }
    EXPECT_FALSE(reader.next_field(field));
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.bytes_left(), 0U);
    return call;
}

std::string reply_with_code(std::uint32_t sequence_id, std::int32_t code) {
    std::string body;
    ThriftWriter writer(body);
    writer.write_text("Log");
    writer.write_byte(2);
    writer.write_int32(static_cast<std::int32_t>(sequence_id));
    writer.int32_field(0, code);
    writer.stop();
    return framed(body);
}

std::string exception_reply(std::uint32_t sequence_id, std::string_view message) {
    std::string body;
    ThriftWriter writer(body);
    writer.write_text("Log");
    writer.write_byte(3);
    writer.write_int32(static_cast<std::int32_t>(sequence_id));
    writer.text_field(1, message);
    writer.int32_field(2, 7);
    writer.stop();
    return framed(body);
}

class ScribeProtocol final : public SenderProtocol {
public:
    std::unique_ptr<Sender> make_sender(const HostPort& peer, const MessageBounds& bounds)
        const override {
        ScribeSenderOptions options;
        options.peer = peer;
        options.bounds = bounds;
        return std::make_unique<ScribeSender>(options);
    }
    std::string payload(std::size_t index, std::size_t size_bytes) const override {
        std::string bytes = std::to_string(index);
        for (std::size_t i = 0; i < size_bytes; ++i) bytes.push_back(static_cast<char>(i * 7));
        return bytes;
    }
    std::optional<ReceivedMessage> read_message(PeerConnection& peer) const override {
        const std::optional<Call> call = read_call(peer);
        if (!call) return std::nullopt;
        ReceivedMessage message;
        message.number = call->sequence_id;
        for (const Entry& entry : call->entries) {
            EXPECT_EQ(entry.category, "zipkin");
            message.payloads.push_back(decoded(entry.message));
        }
        return message;
    }
    std::string reply(Outcome outcome, const ReceivedMessage& message) const override {
        if (outcome == Outcome::accepted) return reply_with_code(message.number, 0);
        if (outcome == Outcome::try_later) return reply_with_code(message.number, 1);
        return exception_reply(message.number, "no");
    }
    std::vector<std::string> lying_replies(const ReceivedMessage& message) const override {
        const std::string good = reply(Outcome::accepted, message);
        std::vector<std::string> lies(6, good);
        lies[0][3] = static_cast<char>(lies[0][3] + 1);  // the frame is longer than it is
        lies[1][3] = static_cast<char>(lies[1][3] - 1);  // shorter
        lies[2][3] = 0;
        lies[3][0] = '\xff';  // negative
        lies[4][6] = 100;     // the method's name is longer than the frame
        lies[5][11] = 9;      // a message of no known type
        lies.push_back(reply_with_code(message.number + 1, 0));
        lies.push_back(reply_with_code(message.number, 2));
        return lies;
    }
    std::string endless_reply_head() const override { return std::string("\x7f\xff\xff\xff", 4); }
    std::string endless_reply_tail() const override { return std::string(1000, 'x'); }
};

const ScribeProtocol kProtocol;
INSTANTIATE_TEST_SUITE_P(Scribe, SenderContract, ::testing::Values(&kProtocol));

class ScribeSenderTest : public ::testing::Test {
protected:
    SendResult send_to_peer_that_answers(std::function<std::string(const Call&)> answer) {
        server_ = std::make_unique<LoopbackServer>([answer](PeerConnection& peer) {
            while (const auto call = read_call(peer)) peer.write(answer(*call));
        });
        ScribeSenderOptions options;
        options.peer = {server_->address(), server_->port()};
        sender_ = std::make_unique<ScribeSender>(options);
        return send();
    }
    SendResult send() {
        const std::vector<std::string_view> payloads{"span"};
        return sender_->send(payloads, Deadline::after(milliseconds(10'000)));
    }

    std::unique_ptr<LoopbackServer> server_;
    std::unique_ptr<ScribeSender> sender_;
};

TEST_F(ScribeSenderTest, believes_no_reply_to_another_call) {
    const SendResult result = send_to_peer_that_answers([](const Call& call) {
        return reply_with_code(call.sequence_id + 1, 0);
    });
    EXPECT_EQ(result.outcome, Outcome::unanswered);
    EXPECT_EQ(result.reason, "reading the reply: the reply answers another call");
    EXPECT_EQ(send().outcome, Outcome::unanswered);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(ScribeSenderTest, numbers_its_calls) {
    std::vector<std::uint32_t> numbers;
    std::mutex mutex;
    send_to_peer_that_answers([&](const Call& call) {
        const std::lock_guard lock(mutex);
        numbers.push_back(call.sequence_id);
        return reply_with_code(call.sequence_id, 0);
    });
    send();
    sender_.reset();
    server_.reset();
    EXPECT_EQ(numbers, (std::vector<std::uint32_t>{1, 2}));
}

TEST_F(ScribeSenderTest, repeats_the_words_of_an_exception) {
    const SendResult result = send_to_peer_that_answers([](const Call& call) {
        return exception_reply(call.sequence_id, "disk\nfull");
    });
    EXPECT_EQ(result.outcome, Outcome::refused);
    EXPECT_EQ(
        result.reason,
        "127.0.0.1:" + std::to_string(server_->port()) + " answered an exception: disk full"
    );
}

TEST_F(ScribeSenderTest, reads_no_reply_beyond_its_limit) {
    const SendResult result = send_to_peer_that_answers([](const Call&) {
        return framed(std::string(ScribeSender::kReplyBytesMax + 1, 'x'));
    });
    EXPECT_EQ(result.outcome, Outcome::unanswered);
    EXPECT_EQ(result.reason, "waiting for the reply: the reply is longer than reply_bytes_max");
}

TEST_F(ScribeSenderTest, says_that_the_peer_speaks_http) {
    const SendResult result = send_to_peer_that_answers([](const Call&) {
        return std::string("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    EXPECT_EQ(result.outcome, Outcome::unanswered);
    EXPECT_EQ(
        result.reason,
        "waiting for the reply: the peer speaks HTTP: its address begins with http://"
    );
}

TEST_F(ScribeSenderTest, asks_with_a_version_when_strict) {
    LoopbackServer server([](PeerConnection& peer) {
        const std::optional<std::string> frame = read_frame(peer);
        if (!frame || !frame->starts_with(std::string("\x80\x01\x00\x01\x00\x00\x00\x03Log", 11)))
            return;
        std::string body("\x80\x01\x00\x02\x00\x00\x00\x03Log\x00\x00\x00\x01", 15);
        ThriftWriter writer(body);
        writer.int32_field(0, 0);
        writer.stop();
        peer.write(framed(body));
    });
    ScribeSenderOptions options;
    options.peer = {server.address(), server.port()};
    options.strict = true;
    sender_ = std::make_unique<ScribeSender>(options);
    EXPECT_EQ(send().outcome, Outcome::accepted);
}

}  // namespace
}  // namespace clew::transport::testing
