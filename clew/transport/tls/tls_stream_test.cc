// SPDX-License-Identifier: Apache-2.0
// Goal: what goes over TLS keeps the promise of all senders, and nobody is spoken to who cannot
// prove its name. Method: the sender contract, and servers whose certificates a test made wrong.
#include "clew/transport/tls/tls_stream.h"

#include <array>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "clew/transport/http/http_sender.h"
#include "clew/transport/testing/http_protocol.h"
#include "clew/transport/testing/sender_contract.h"
#include "clew/transport/tls/internal/tls_peer_fixture.h"

namespace clew::transport::testing {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{20'000};

const TlsAuthority& authority() {
    static const TlsAuthority made;
    return made;
}

MakeStream tls_streams(const std::string& ca_file) {
    return [ca_file](const Interrupt& interrupt) {
        return std::make_unique<TlsStream>(interrupt, TlsOptions{ca_file});
    };
}

class HttpsProtocol final : public HttpProtocol {
public:
    explicit HttpsProtocol(int version_max) { server_.version_max = version_max; }

    std::unique_ptr<Sender> make_sender(const HostPort& peer, const MessageBounds& bounds)
        const override {
        HttpSenderOptions options;
        options.peer = peer;
        options.bounds = bounds;
        options.gzip = false;
        options.make_stream = tls_streams(authority().ca_file());
        return std::make_unique<HttpSender>(std::move(options));
    }
    MakeChannel make_channel() const override { return authority().make_channel(server_); }

private:
    TlsServerOptions server_;
};

const HttpsProtocol kTls13(TLS1_3_VERSION);
const HttpsProtocol kTls12(TLS1_2_VERSION);
INSTANTIATE_TEST_SUITE_P(Https, SenderContract, ::testing::Values(&kTls13, &kTls12));

class TlsStreamTest : public ::testing::Test {
protected:
    void start(const TlsServerOptions& options) { start(authority().make_channel(options)); }
    void start(MakeChannel make_channel) {
        server_ = std::make_unique<LoopbackServer>(
            [](PeerConnection& peer) {
                for (std::string bytes = peer.read_some(); !bytes.empty(); bytes = peer.read_some())
                    peer.write(bytes);
            },
            LoopbackServer::Family::v4,
            0,
            std::move(make_channel)
        );
    }
    Expected<void> connect(const char* host = "127.0.0.1", milliseconds time = kPatience) {
        return stream_.connect({host, server_->port()}, Deadline::after(time), kPatience);
    }
    std::string failure(const char* host = "127.0.0.1") {
        const Expected<void> done = connect(host);
        EXPECT_FALSE(stream_.is_quiet());
        return done ? "" : done.error().message;
    }
    std::string echo(std::string_view text) {
        const Deadline deadline = Deadline::after(kPatience);
        const Expected<bool> written = stream_.write(text, deadline);
        if (!written || !*written) return "not written";
        std::string heard;
        while (heard.size() < text.size()) {
            std::array<char, 100> bytes;
            const Expected<std::size_t> count = stream_.read(bytes, deadline);
            if (!count || *count == 0) break;
            heard.append(bytes.data(), *count);
        }
        return heard;
    }

    std::unique_ptr<LoopbackServer> server_;
    Interrupt interrupt_;
    TlsStream stream_{interrupt_, {authority().ca_file()}};
};

TEST_F(TlsStreamTest, talks_to_a_peer_that_proves_its_name_or_address) {
    for (const char* host : {"127.0.0.1", "localhost"}) {
        start(TlsServerOptions{});
        const Expected<void> done = connect(host);
        ASSERT_TRUE(done) << done.error().message;
        EXPECT_EQ(echo("hello"), "hello");
        EXPECT_TRUE(stream_.is_quiet());
        EXPECT_EQ(echo(std::string(5'000, 'x')).size(), 5'000U);
    }
}

TEST_F(TlsStreamTest, does_not_talk_to_somebody_else) {
    start(TlsServerOptions{.names = "DNS:other.example,IP:10.0.0.1"});
    EXPECT_NE(failure("localhost").find("hostname mismatch"), std::string::npos);
    EXPECT_NE(failure("127.0.0.1").find("IP address mismatch"), std::string::npos);
}

TEST_F(TlsStreamTest, does_not_believe_a_certificate_out_of_its_time) {
    start(TlsServerOptions{.valid_from_s = -7'200, .valid_until_s = -3'600});
    EXPECT_NE(failure().find("certificate has expired"), std::string::npos);
    start(TlsServerOptions{.valid_from_s = 3'600, .valid_until_s = 7'200});
    EXPECT_NE(failure().find("certificate is not yet valid"), std::string::npos);
}

TEST_F(TlsStreamTest, does_not_believe_an_authority_that_it_does_not_know) {
    const TlsAuthority stranger;
    start(stranger.make_channel());
    const Expected<void> done = connect();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::permission_denied);
    EXPECT_TRUE(done.error().message.starts_with("TLS with 127.0.0.1:")) << done.error().message;
    TlsStream trusts_the_system(interrupt_, {});
    start(TlsServerOptions{});
    EXPECT_FALSE(trusts_the_system.connect(
        {"127.0.0.1", server_->port()}, Deadline::after(kPatience), kPatience
    ));
}

TEST_F(TlsStreamTest, does_not_speak_an_old_version) {
    start(TlsServerOptions{.version_max = TLS1_1_VERSION});
    EXPECT_NE(failure(), "");
}

TEST_F(TlsStreamTest, tells_a_plain_server_from_one_that_speaks_tls) {
    server_ = std::make_unique<LoopbackServer>([](PeerConnection& peer) {
        peer.read_some();
        peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    EXPECT_NE(failure().find("wrong version number"), std::string::npos);
}

TEST_F(TlsStreamTest, says_so_when_the_handshake_is_cut) {
    server_ = std::make_unique<LoopbackServer>([](PeerConnection& peer) { peer.read_some(); });
    EXPECT_NE(failure().find("hung up during the handshake"), std::string::npos);
}

TEST_F(TlsStreamTest, ends_the_handshake_at_the_deadline) {
    server_ = std::make_unique<LoopbackServer>([](PeerConnection& peer) { peer.stay_silent(); });
    const auto begin = std::chrono::steady_clock::now();
    const Expected<void> done = connect("127.0.0.1", milliseconds(100));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience / 2);
}

TEST_F(TlsStreamTest, takes_a_session_up_again) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        start(TlsServerOptions{.version_max = version});
        TlsStream stream(interrupt_, {authority().ca_file()});
        const HostPort peer{"127.0.0.1", server_->port()};
        for (const bool resumed : {false, true, true}) {
            ASSERT_TRUE(stream.connect(peer, Deadline::after(kPatience), kPatience));
            EXPECT_EQ(stream.has_resumed(), resumed) << version;
            ASSERT_TRUE(stream.write("x", Deadline::after(kPatience)));
            std::array<char, 10> bytes;
            ASSERT_TRUE(stream.read(bytes, Deadline::after(kPatience)));
        }
    }
}

TEST(TlsOptions, name_the_file_that_holds_no_authority) {
    EXPECT_TRUE(check(TlsOptions{}));
    EXPECT_TRUE(check(TlsOptions{authority().ca_file()}));
    for (const char* file : {"/no/such/file", "/dev/null"}) {
        const Expected<void> checked = check(TlsOptions{file});
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, Code::invalid_argument);
        EXPECT_EQ(
            checked.error().message,
            "no certificates of authorities can be read from '" + std::string(file) + "'"
        );
    }
}

}  // namespace
}  // namespace clew::transport::testing
