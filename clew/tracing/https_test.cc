// SPDX-License-Identifier: Apache-2.0
// Goal: an https endpoint is spoken to by TLS, and its authorities are checked when tracing begins.
// Method: a collector that looks at the first byte it is sent.
#include <atomic>

#include <gtest/gtest.h>

#include "clew/tracing/tracing.h"
#include "clew/transport/testing/loopback_server.h"

namespace clew::tracing {
namespace {

TracingOptions options(const std::string& endpoint) {
    TracingOptions options;
    options.service_name = "thumbs";
    options.endpoint = endpoint;
    options.read_environment = false;
    return options;
}

TEST(Https, is_spoken_to_an_https_endpoint) {
    constexpr int kHandshakeRecord = 22;  // RFC 8446, 5.1
    std::atomic<int> first_byte{-1};
    transport::testing::LoopbackServer server([&](transport::testing::PeerConnection& peer) {
        if (const auto byte = peer.read_exactly(1)) first_byte.store((*byte)[0]);
    });
    auto tracing = Tracing::create(options("https://127.0.0.1:" + std::to_string(server.port())));
    ASSERT_TRUE(tracing) << tracing.error().message;
    (*tracing)->tracer().new_trace("work").finish();
    EXPECT_FALSE((*tracing)->close(std::chrono::milliseconds(20'000)));
    EXPECT_EQ(first_byte.load(), kHandshakeRecord);
    EXPECT_TRUE((*tracing)->last_error().starts_with("TLS with 127.0.0.1:"));
}

TEST(Https, needs_a_file_that_holds_authorities) {
    TracingOptions wanted = options("https://collector");
    wanted.tls_ca_file = "/no/such/file";
    EXPECT_EQ(
        finalize(wanted).error().message,
        "endpoint: no certificates of authorities can be read from '/no/such/file'"
    );
    wanted.endpoint = "http://collector";
    EXPECT_TRUE(finalize(wanted));
}

}  // namespace
}  // namespace clew::tracing
