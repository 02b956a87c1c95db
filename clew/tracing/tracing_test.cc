// SPDX-License-Identifier: Apache-2.0
// Goal: one call puts tracer, headers, reporter and sender together so that traces arrive.
// Method: the public face against collectors on the loopback, over both protocols.
#include "clew/tracing/tracing.h"

#include <cstdlib>
#include <map>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/transport/testing/http_collector.h"
#include "clew/transport/testing/loopback_server.h"

namespace clew::tracing {
namespace {

using std::chrono::milliseconds;
using transport::testing::HttpCollector;
using transport::testing::LoopbackServer;
using transport::testing::PeerConnection;

constexpr milliseconds kPatience{15'000};

using Headers = std::map<std::string, std::string, std::less<>>;

TracingOptions options(const std::string& endpoint) {
    TracingOptions options;
    options.service_name = "thumbs";
    options.endpoint = endpoint;
    options.read_environment = false;
    return options;
}

Headers inject(const Tracing& tracing, const propagation::TraceContext& context) {
    Headers headers;
    tracing.inject(context, [&](std::string_view name, std::string_view value) {
        headers.emplace(name, value);
    });
    return headers;
}

propagation::TraceContext extract(const Tracing& tracing, const Headers& headers) {
    const auto get = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto found = headers.find(name);
        if (found == headers.end()) return std::nullopt;
        return found->second;
    };
    return tracing.extract(get).context;
}

TEST(Tracing, carries_a_trace_from_one_service_to_the_next) {
    HttpCollector collector;
    auto front = *Tracing::create(options(collector.endpoint()));
    auto back = *Tracing::create(options(collector.endpoint()));
    tracer::Span call = front->tracer().new_trace("call", model::Kind::client);
    const Headers headers = inject(*front, call.context());
    EXPECT_TRUE(headers.contains("X-B3-TraceId"));
    tracer::Span answer = back->tracer().join_span(extract(*back, headers), "answer");
    EXPECT_EQ(answer.context().trace_id, call.context().trace_id);
    EXPECT_EQ(answer.context().span_id, call.context().span_id);
    answer.finish();
    call.finish();
    EXPECT_TRUE(back->flush(kPatience));
    EXPECT_TRUE(front->flush(kPatience));
    EXPECT_EQ(collector.bodies().size(), 2U);
    EXPECT_EQ(front->counts().sent + back->counts().sent, 2U);
}

TEST(Tracing, writes_the_headers_that_are_configured_and_reads_both_forms) {
    TracingOptions single = options("");
    single.propagation = "b3";
    auto tracing = *Tracing::create(single);
    tracer::Span span = tracing->tracer().new_trace("work");
    const Headers headers = inject(*tracing, span.context());
    EXPECT_EQ(headers.size(), 1U);
    EXPECT_EQ(extract(*tracing, headers), span.context());
    const Headers multi{{"X-B3-TraceId", "000000000000000a"}, {"X-B3-SpanId", "000000000000000b"}};
    EXPECT_EQ(extract(*tracing, multi).span_id, model::SpanId{11});
    EXPECT_FALSE(extract(*tracing, {}).has_ids());
    span.abandon();
}

TEST(Tracing, speaks_scribe) {
    std::atomic<std::size_t> bytes{0};
    LoopbackServer scribe([&bytes](PeerConnection& peer) {
        const auto length = peer.read_exactly(4);
        const auto call = peer.read_exactly(
            static_cast<unsigned char>(length->at(3)) +
            256U * static_cast<unsigned char>(length->at(2))
        );
        bytes.store(call->size());
        const std::string sequence_id = call->substr(8, 4);
        peer.write(
            std::string("\0\0\0\x14\0\0\0\x03Log\x02", 12) + sequence_id +
            std::string("\x08\0\0\0\0\0\0\0", 8)
        );
    });
    auto tracing = *Tracing::create(options("scribe://127.0.0.1:" + std::to_string(scribe.port())));
    tracing->tracer().new_trace("work").finish();
    EXPECT_TRUE(tracing->close(kPatience));
    EXPECT_EQ(tracing->counts().sent, 1U) << tracing->last_error();
    EXPECT_GT(bytes.load(), 100U);
}

TEST(Tracing, sends_what_is_left_when_it_ends) {
    HttpCollector collector;
    {
        auto tracing = *Tracing::create(options(collector.endpoint()));
        tracing->tracer().new_trace("work").finish();
    }
    EXPECT_EQ(collector.bodies().size(), 1U);
}

TEST(Tracing, posts_to_the_path_of_its_endpoint) {
    HttpCollector collector;
    auto tracing = *Tracing::create(
        options("http://127.0.0.1:" + std::to_string(collector.port()) + "/my/spans")
    );
    tracing->tracer().new_trace("work").finish();
    EXPECT_TRUE(tracing->flush(kPatience));
    EXPECT_TRUE(collector.newest_head().starts_with("POST /my/spans HTTP/1.1\r\n"));
}

TEST(Tracing, compresses_a_large_message_unless_told_not_to) {
    HttpCollector collector;
    for (const bool gzip : {true, false}) {
        TracingOptions wanted = options(collector.endpoint());
        wanted.gzip = gzip;
        auto tracing = *Tracing::create(wanted);
        for (int i = 0; i < 20; ++i) tracing->tracer().new_trace("work").finish();
        EXPECT_TRUE(tracing->close(kPatience));
        const bool said_so = collector.newest_head().find("gzip") != std::string::npos;
        EXPECT_EQ(said_so, gzip);
        EXPECT_GT(collector.bodies().back().size(), 20U * 50U);
    }
}

TEST(Tracing, takes_what_is_unset_from_the_environment) {
    setenv("CLEW_SERVICE_NAME", "from the environment", 1);
    setenv("CLEW_SAMPLE_RATE", "0", 1);
    auto tracing = Tracing::create({});
    ASSERT_TRUE(tracing) << tracing.error().message;
    EXPECT_FALSE((*tracing)->tracer().new_trace("work").is_recording());
    setenv("CLEW_SAMPLE_RATE", "2", 1);
    EXPECT_EQ(
        Tracing::create({}).error().message, "CLEW_SAMPLE_RATE is '2', wanted a share from 0 to 1"
    );
    unsetenv("CLEW_SERVICE_NAME");
    unsetenv("CLEW_SAMPLE_RATE");
    EXPECT_EQ(
        Tracing::create({}).error().message,
        "service_name is missing: give the option or set CLEW_SERVICE_NAME"
    );
}

TEST(Tracing, says_why_nothing_arrives) {
    const std::uint16_t port = LoopbackServer::unused_port();
    auto tracing = *Tracing::create(options("http://127.0.0.1:" + std::to_string(port)));
    EXPECT_EQ(tracing->last_error(), "");
    tracing->tracer().new_trace("work").finish();
    EXPECT_FALSE(tracing->close(milliseconds(200)));
    EXPECT_EQ(
        tracing->last_error(),
        "connecting to 127.0.0.1:" + std::to_string(port) + ": connect: Connection refused"
    );
    EXPECT_EQ(tracing->counts().dropped_total(), 1U);
}

}  // namespace
}  // namespace clew::tracing
