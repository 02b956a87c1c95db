// SPDX-License-Identifier: Apache-2.0
// Goal: the C face does what it says, for C programs, whatever they pass.
// Method: a program in C traces a request to a collector here; then corners, one by one.
#include <atomic>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/tracing/c.h"
#include "clew/tracing/c_propagation.h"
#include "clew/tracing/c_test_program.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::tracing {
namespace {

using transport::testing::HttpCollector;

clew_text text(std::string_view string) { return {string.data(), string.size()}; }

// Spans of all bodies, by kind ("" for local ones).
std::map<std::string, nlohmann::json> spans_by_kind(const HttpCollector& collector) {
    std::map<std::string, nlohmann::json> spans;
    for (const std::string& body : collector.bodies()) {
        for (const nlohmann::json& span : nlohmann::json::parse(body)) {
            spans[span.value("kind", "")] = span;
        }
    }
    return spans;
}

class CApiTest : public ::testing::Test {
protected:
    CApiTest() {
        clew_options options;
        clew_options_init(&options, sizeof options);
        options.service_name = "thumbs";
        const std::string endpoint = collector_.endpoint();
        options.endpoint = endpoint.c_str();
        options.ignore_environment = 1;
        tracer_ = clew_tracer_create(&options, nullptr, 0);
    }
    ~CApiTest() override { clew_tracer_destroy(tracer_); }

    nlohmann::json only_span() {
        EXPECT_EQ(clew_tracer_flush(tracer_, 15'000), 1);
        const auto spans = spans_by_kind(collector_);
        EXPECT_EQ(spans.size(), 1U);
        return spans.empty() ? nlohmann::json() : spans.begin()->second;
    }

    HttpCollector collector_;
    clew_tracer* tracer_ = nullptr;
    clew_span span_{};
};

TEST(CApi, traces_a_request_from_a_c_program) {
    HttpCollector collector;
    ASSERT_EQ(trace_one_request_in_c(collector.endpoint().c_str()), 0);
    auto spans = spans_by_kind(collector);
    ASSERT_EQ(spans.size(), 2U);
    const nlohmann::json& server = spans["SERVER"];
    EXPECT_EQ(server["traceId"], "00000000000000aa");
    EXPECT_EQ(server["id"], "00000000000000bb");
    EXPECT_EQ(server["shared"], true);
    EXPECT_EQ(server["name"], "post /thumb");
    EXPECT_EQ(server["localEndpoint"]["serviceName"], "thumbs");
    EXPECT_EQ(server["localEndpoint"]["ipv4"], "10.0.0.1");
    EXPECT_EQ(server["localEndpoint"]["port"], 8080);
    EXPECT_EQ(server["tags"]["http.path"], "/thumb");
    EXPECT_EQ(server["annotations"].size(), 2U);
    EXPECT_EQ(server["annotations"][0]["timestamp"], 1'500'000'000'000'000);
    const nlohmann::json& client = spans["CLIENT"];
    EXPECT_EQ(client["parentId"], "00000000000000bb");
    EXPECT_EQ(client["remoteEndpoint"]["serviceName"], "store");
    EXPECT_EQ(client["remoteEndpoint"]["ipv4"], "10.0.0.9");
    EXPECT_EQ(client["remoteEndpoint"]["port"], 5432);
    EXPECT_EQ(client["tags"]["error"], "timeout");
}

TEST(CApi, does_nothing_with_nothing) { EXPECT_EQ(use_nothing_in_c(), 0); }

TEST_F(CApiTest, says_where_it_sends_for_whom_and_that_there_is_news) {
    EXPECT_EQ(clew_tracer_endpoint(tracer_), collector_.endpoint());
    EXPECT_STREQ(clew_tracer_service_name(tracer_), "thumbs");
    const std::uint32_t* const news = clew_tracer_news(tracer_);
    EXPECT_EQ(__atomic_load_n(news, __ATOMIC_RELAXED), 0U);
    clew_span_start(tracer_, &span_, clew_kind_local, {"first", 5}, nullptr);
    clew_span_tag(&span_, {"key", 3}, {"value", 5});
    char name[7] = "x";
    clew_span_name(&span_, name, sizeof name);
    EXPECT_STREQ(name, "first");
    clew_span_set_name(&span_, {"the second", 10});
    clew_span_name(&span_, name, sizeof name);
    EXPECT_STREQ(name, "the se");
    clew_span_finish(&span_);
    clew_span_name(&span_, name, sizeof name);
    EXPECT_STREQ(name, "");
    only_span();
    EXPECT_EQ(__atomic_load_n(news, __ATOMIC_RELAXED), 0U);
    EXPECT_EQ(clew_tracer_news(nullptr), nullptr);
    EXPECT_STREQ(clew_tracer_endpoint(nullptr), "");
    EXPECT_STREQ(clew_tracer_service_name(nullptr), "");
}

TEST(CApi, refuses_options_that_it_did_not_begin) {
    char error[100];
    clew_options options{};
    EXPECT_EQ(clew_tracer_create(&options, error, sizeof error), nullptr);
    EXPECT_STREQ(error, "options were not made by clew_options_init()");
    EXPECT_EQ(clew_tracer_create(nullptr, error, 8), nullptr);
    EXPECT_STREQ(error, "options");  // cut, with its zero byte
}

TEST(CApi, takes_options_of_an_earlier_version_and_none_of_a_later_one) {
    clew_options options;
    std::memset(&options, 0xff, sizeof options);
    constexpr std::size_t kFirstVersion = offsetof(clew_options, extract_order);
    clew_options_init(&options, kFirstVersion);
    EXPECT_EQ(options.size, kFirstVersion);
    options.service_name = "thumbs";
    options.ignore_environment = 1;
    clew_tracer* const tracer = clew_tracer_create(&options, nullptr, 0);
    EXPECT_NE(tracer, nullptr);  // and what lies behind, no pointers, was not read
    clew_tracer_destroy(tracer);
    options.size = kFirstVersion - 1;
    EXPECT_EQ(clew_tracer_create(&options, nullptr, 0), nullptr);
    options.size = sizeof options + 8;
    EXPECT_EQ(clew_tracer_create(&options, nullptr, 0), nullptr);
}

TEST(CApi, hands_the_options_about_headers_over) {
    clew_options options;
    char error[200];
    clew_options_init(&options, sizeof options);
    options.service_name = "thumbs";
    options.ignore_environment = 1;
    options.propagation = "b4";
    EXPECT_EQ(clew_tracer_create(&options, error, sizeof error), nullptr);
    EXPECT_TRUE(std::string_view(error).starts_with("propagation is 'b4'")) << error;
    options.propagation = "none";
    options.extract_order = "b5";
    EXPECT_EQ(clew_tracer_create(&options, error, sizeof error), nullptr);
    EXPECT_TRUE(std::string_view(error).starts_with("extract_order is 'b5'")) << error;
    options.extract_order = "b3";
    options.trust_inbound = "yes";
    EXPECT_EQ(clew_tracer_create(&options, error, sizeof error), nullptr);
    EXPECT_STREQ(error, "trust_inbound is 'yes', wanted all, ids or no");
}

TEST(CApi, names_every_reason) {
    for (std::uint32_t reason = 0; reason <= clew_drop_open_spans; ++reason) {
        EXPECT_NE(clew_drop_reason_name(reason), nullptr);
    }
    EXPECT_EQ(clew_drop_reason_name(clew_drop_open_spans + 1), nullptr);
}

TEST(CApi, names_every_state_of_the_breaker) {
    EXPECT_STREQ(clew_breaker_name(clew_breaker_closed), "closed");
    EXPECT_STREQ(clew_breaker_name(clew_breaker_open), "open");
    EXPECT_STREQ(clew_breaker_name(clew_breaker_half_open), "half_open");
    EXPECT_EQ(clew_breaker_name(clew_breaker_half_open + 1), nullptr);
}

TEST_F(CApiTest, counts_the_bytes_that_it_sends) {
    for (int i = 0; i < 50; ++i) {
        clew_span_start(tracer_, &span_, clew_kind_local, text("work"), nullptr);
        clew_span_finish(&span_);
    }
    EXPECT_EQ(clew_tracer_flush(tracer_, 20'000), 1);
    clew_stats stats;
    clew_tracer_stats(tracer_, &stats);
    EXPECT_EQ(stats.sent, 50U);
    EXPECT_GT(stats.message_bytes, 50U * 50U);
    EXPECT_LT(stats.written_bytes, stats.message_bytes / 2);  // as gzip
    EXPECT_EQ(stats.breaker, clew_breaker_closed);
    EXPECT_EQ(stats.retries + stats.breaker_openings + stats.compression_refused, 0U);
}

TEST_F(CApiTest, keeps_times_that_are_given) {
    clew_span_start(tracer_, &span_, clew_kind_local, text("work"), nullptr);
    clew_span_begin_at(&span_, 1'500'000'000'000'000);
    clew_span_finish_at(&span_, 1'500'000'000'000'250);
    const nlohmann::json span = only_span();
    EXPECT_EQ(span["timestamp"], 1'500'000'000'000'000);
    EXPECT_EQ(span["duration"], 250);
}

TEST_F(CApiTest, reports_an_orphaned_span_without_duration) {
    clew_span_start(tracer_, &span_, clew_kind_local, text("lost"), nullptr);
    clew_context before;
    clew_span_context(&span_, &before);
    clew_span_orphan(&span_);
    clew_span_orphan(&span_);
    clew_span_finish(&span_);
    const nlohmann::json span = only_span();
    EXPECT_EQ(span["name"], "lost");
    EXPECT_FALSE(span.contains("duration"));
    EXPECT_EQ(span["annotations"][0]["value"], "clew.flush");
    clew_context after;
    clew_span_context(&span_, &after);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

TEST_F(CApiTest, reports_nothing_of_an_abandoned_span) {
    clew_span_start(tracer_, &span_, clew_kind_local, text("lost"), nullptr);
    clew_span_abandon(&span_);
    clew_span_finish(&span_);
    clew_span_start(tracer_, &span_, clew_kind_local, text("kept"), nullptr);
    clew_span_finish(&span_);
    EXPECT_EQ(only_span()["name"], "kept");
}

TEST_F(CApiTest, keeps_a_context_readable_after_the_end) {
    clew_span_start(tracer_, &span_, clew_kind_local, text("work"), nullptr);
    clew_context before;
    clew_context after;
    clew_span_context(&span_, &before);
    clew_span_finish(&span_);
    clew_span_context(&span_, &after);
    EXPECT_NE(before.span_id, 0U);
    EXPECT_EQ(std::memcmp(&before, &after, sizeof before), 0);
}

TEST_F(CApiTest, lets_the_sampler_look_at_a_request) {
    clew_options options;
    clew_options_init(&options, sizeof options);
    options.service_name = "shop";
    options.sampler = "/health=never; always";
    options.ignore_environment = 1;
    clew_tracer* const choosy = clew_tracer_create(&options, nullptr, 0);
    ASSERT_NE(choosy, nullptr);
    const auto is_sampled = [&](const char* path) {
        const clew_request request{text("GET"), text(path)};
        clew_span span{};
        clew_span_receive_request(choosy, &span, text("get"), nullptr, &request);
        const int sampled = clew_span_is_sampled(&span);
        clew_span_abandon(&span);
        return sampled;
    };
    EXPECT_EQ(is_sampled("/health"), 0);
    EXPECT_EQ(is_sampled("/cart"), 1);
    clew_tracer_destroy(choosy);

    const clew_request request{text("GET"), text("/")};
    clew_span_receive_request(nullptr, &span_, text("get"), nullptr, &request);
    EXPECT_EQ(clew_span_is_sampled(&span_), 0);
}

std::uint64_t dropped_total(const clew_stats& stats) {
    return std::accumulate(std::begin(stats.dropped), std::end(stats.dropped), std::uint64_t{0});
}

// One tracer after the other is destroyed while threads go on recording with the newest.
TEST(CApi, destroys_a_tracer_beside_threads_that_record) {
    clew_options options;
    clew_options_init(&options, sizeof options);
    options.service_name = "busy";
    options.endpoint = "http://127.0.0.1:1/api/v2/spans";
    options.close_timeout_ms = 1;
    options.ignore_environment = 1;
    std::atomic<clew_tracer*> newest{clew_tracer_create(&options, nullptr, 0)};
    std::atomic<bool> is_done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
        threads.emplace_back([&] {
            while (!is_done.load()) {
                clew_tracer* const tracer = newest.load();
                clew_span span{};
                clew_span_start(tracer, &span, clew_kind_local, text("work"), nullptr);
                clew_span_tag(&span, text("key"), text("value"));
                clew_context context;
                clew_span_context(&span, &context);
                clew_span_finish(&span);
                clew_stats stats;
                clew_tracer_stats(tracer, &stats);
            }
        });
    }
    std::vector<clew_tracer*> destroyed;
    for (int i = 0; i < 60; ++i) {
        clew_tracer* const before = newest.exchange(clew_tracer_create(&options, nullptr, 0));
        clew_tracer_destroy(before);
        destroyed.push_back(before);
    }
    is_done.store(true);
    for (std::thread& thread : threads) thread.join();
    clew_tracer_destroy(newest.load());
    for (clew_tracer* const tracer : destroyed) {
        clew_stats stats;
        clew_tracer_stats(tracer, &stats);
        EXPECT_EQ(stats.queued, 0U);
        EXPECT_EQ(stats.finished, stats.sent + dropped_total(stats));
    }
}

TEST_F(CApiTest, tells_what_is_queued_until_it_is_settled) {
    for (std::uint64_t i = 0; i < 5; ++i) {
        clew_span_start(tracer_, &span_, clew_kind_local, text("work"), nullptr);
        clew_span_finish(&span_);
        clew_stats stats;
        clew_tracer_stats(tracer_, &stats);
        EXPECT_EQ(stats.finished, i + 1);
        EXPECT_EQ(stats.finished, stats.sent + dropped_total(stats) + stats.queued);
    }
    clew_tracer_destroy(tracer_);
    clew_stats stats;
    clew_tracer_stats(tracer_, &stats);
    EXPECT_EQ(stats.queued, 0U);
    EXPECT_EQ(stats.sent + dropped_total(stats), 5U);
    clew_span_start(tracer_, &span_, clew_kind_local, text("late"), nullptr);
    clew_span_finish(&span_);
    clew_tracer_stats(tracer_, &stats);
    EXPECT_EQ(stats.finished, 6U);
    EXPECT_EQ(stats.sent + dropped_total(stats), 6U);
}

TEST_F(CApiTest, takes_null_for_every_place_and_any_number_for_a_kind) {
    clew_options_init(nullptr, sizeof(clew_options));
    clew_tracer_stats(tracer_, nullptr);
    clew_tracer_stats(nullptr, nullptr);
    clew_tracer_last_error(tracer_, nullptr, 10);
    clew_span_start(tracer_, &span_, -7, text("odd"), nullptr);
    clew_span_context(&span_, nullptr);
    clew_span_context(nullptr, nullptr);
    clew_span_name(&span_, nullptr, 10);
    clew_span_finish(&span_);
    EXPECT_FALSE(only_span().contains("kind"));
    clew_span received{};
    clew_span_receive_request(tracer_, &received, text("get"), nullptr, nullptr);
    EXPECT_EQ(clew_span_is_sampled(&received), 1);
    clew_span_abandon(&received);
    EXPECT_EQ(clew_extract(tracer_, nullptr, nullptr, nullptr, nullptr), 0);
    const clew_context context{0, 1, 2, 0, clew_context_decided, {}};
    EXPECT_EQ(clew_inject(tracer_, &context, nullptr, nullptr, nullptr), 0);
    EXPECT_EQ(clew_baggage_set(nullptr, text("k"), text("v"), nullptr), 0);
    clew_baggage_visit(nullptr, nullptr, nullptr);
}

TEST_F(CApiTest, follows_a_decision_that_came_without_ids) {
    clew_context decision{};
    decision.flags = clew_context_decided;
    clew_span_receive(tracer_, &span_, clew_kind_server, text("work"), &decision);
    EXPECT_EQ(clew_span_is_sampled(&span_), 0);
    clew_context context;
    clew_span_context(&span_, &context);
    EXPECT_NE(context.trace_id_low, 0U);
    EXPECT_EQ(context.flags, std::uint32_t{clew_context_decided | clew_context_random});
    clew_span_finish(&span_);
    decision.flags = clew_context_debug;
    clew_span_receive(tracer_, &span_, clew_kind_server, text("debugged"), &decision);
    clew_span_finish(&span_);
    EXPECT_EQ(only_span()["debug"], true);
}

TEST_F(CApiTest, makes_a_consumers_span_a_child) {
    clew_context sent{};
    sent.trace_id_low = 1;
    sent.span_id = 2;
    sent.flags = clew_context_decided | clew_context_sampled;
    clew_span_receive(tracer_, &span_, clew_kind_consumer, text("take"), &sent);
    clew_span_finish(&span_);
    const nlohmann::json span = only_span();
    EXPECT_EQ(span["parentId"], "0000000000000002");
    EXPECT_FALSE(span.contains("shared"));
}

TEST_F(CApiTest, copies_texts_of_any_bytes) {
    clew_span_start(tracer_, &span_, clew_kind_local, {nullptr, 0}, nullptr);
    clew_span_tag(&span_, text("k"), text(std::string_view("a\0b\xff", 4)));
    clew_span_tag(&span_, text("empty"), {nullptr, 0});
    clew_span_remote(&span_, {nullptr, 0}, text("no address"), 0);
    clew_span_finish(&span_);
    const nlohmann::json span = only_span();
    EXPECT_TRUE(span["tags"].contains("k"));
    EXPECT_EQ(span["tags"]["empty"], "");
}

}  // namespace
}  // namespace clew::tracing
