// SPDX-License-Identifier: Apache-2.0
// Goal: a program may end while its tracing is at work, and traces until it has ended. Method: a
// process whose last exit handler, which runs when everything that C++ and libraries destroy at the
// end is destroyed, finishes a span, has it sent or tried, and looks at the counts.
#include <atomic>
#include <cstdlib>

#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/tracing/tracing.h"
#include "clew/transport/testing/http_collector.h"
#include "clew/transport/testing/loopback_server.h"

namespace clew::tracing {
namespace {

constexpr std::chrono::milliseconds kPatience{20'000};
constexpr std::chrono::milliseconds kAttempt{200};  // for a collector that will never take them

Tracing* tracing = nullptr;  // until the end of the process
std::chrono::milliseconds close_timeout{};

void trace_at_the_end() {
    tracing->tracer().new_trace("last").finish();
    const bool flushed = tracing->flush(close_timeout);
    const bool closed = tracing->close(close_timeout);
    const reporter::ReporterCounts counts = tracing->counts();
    const bool is_balanced = counts.sent + counts.dropped_total() == counts.taken_on();
    const bool all_sent = flushed && closed && counts.sent == 2;
    const std::string error = tracing->last_error();
    const bool is_tried = !error.empty() && !error.starts_with("OpenSSL");
    const bool is_good = close_timeout == kAttempt ? is_tried : all_sent;
    // No return to exit(): what it did after this would not belong to the test.
    _exit(is_balanced && is_good ? 0 : 1);
}

// Ends the process, with status 0 when all went well.
[[noreturn]] void run_to_the_end(const std::string& endpoint, std::chrono::milliseconds timeout) {
    close_timeout = timeout;
    std::atexit(trace_at_the_end);  // registered first, runs last
    TracingOptions options;
    options.service_name = "thumbs";
    options.endpoint = endpoint;
    options.flush_interval_ms = 1;  // the worker is hardly ever asleep
    options.read_environment = false;
    tracing = Tracing::create(options)->release();
    tracing->tracer().new_trace("first").finish();
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!tracing->flush(timeout) && tracing->last_error().empty()) {
        if (std::chrono::steady_clock::now() > deadline) _exit(3);
    }
    std::exit(2);  // unless the handler says better
}

class ExitTest : public ::testing::Test {
protected:
    // The other process runs the test from its beginning, with threads of its own.
    ExitTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(ExitTest, spans_are_sent_by_exit_handlers) {
    transport::testing::HttpCollector collector;
    EXPECT_EXIT(run_to_the_end(collector.endpoint(), kPatience), ::testing::ExitedWithCode(0), "");
}

TEST_F(ExitTest, a_collector_that_is_away_is_no_trouble) {
    EXPECT_EXIT(run_to_the_end("http://127.0.0.1:1", kAttempt), ::testing::ExitedWithCode(0), "");
}

#if CLEW_TLS
// OpenSSL takes itself apart at the end of a program, unless it is told not to.
TEST_F(ExitTest, tls_is_spoken_to_the_end) {
    transport::testing::LoopbackServer no_tls([](transport::testing::PeerConnection& peer) {
        if (peer.read_exactly(1)) peer.write("no hello at all");
    });
    const std::string endpoint = "https://127.0.0.1:" + std::to_string(no_tls.port());
    EXPECT_EXIT(run_to_the_end(endpoint, kAttempt), ::testing::ExitedWithCode(0), "");
}
#endif

}  // namespace
}  // namespace clew::tracing
