// SPDX-License-Identifier: Apache-2.0
// Goal: a build without TLS says so when it is asked for it. Method: an https endpoint.
#include <gtest/gtest.h>

#include "clew/tracing/tracing_options.h"
#include "clew/transport/tls/tls_stream.h"

namespace clew::tracing {
namespace {

TEST(Https, is_not_in_this_build) {
    TracingOptions options;
    options.service_name = "thumbs";
    options.endpoint = "https://collector";
    const Expected<FinalTracingOptions> checked = finalize(options);
    ASSERT_FALSE(checked);
    EXPECT_EQ(
        checked.error().message,
        "endpoint: https is not in this build (CLEW_TLS): give an http:// or scribe:// address"
    );
    transport::Interrupt interrupt;
    transport::TlsStream stream(interrupt, {});
    const auto deadline = transport::Deadline::after(std::chrono::milliseconds(1'000));
    const Expected<void> done = stream.connect({"127.0.0.1", 1}, deadline, deadline.remaining());
    ASSERT_FALSE(done);
    EXPECT_EQ(
        done.error().message,
        "https is not in this build (CLEW_TLS): give an http:// or scribe:// address"
    );
    EXPECT_FALSE(stream.is_quiet());
}

}  // namespace
}  // namespace clew::tracing
