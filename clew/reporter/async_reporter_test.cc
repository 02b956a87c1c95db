// SPDX-License-Identifier: Apache-2.0
// Goal: an application neither waits nor grows nor loses count, whatever its collector does.
// Method: real threads and sockets against good, absent, hanging, mad and recovering collectors.
#include "clew/reporter/async_reporter.h"

#include <fstream>
#include <set>
#include <thread>

#include <dirent.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/tracer/tracer.h"
#include "clew/transport/http/http_sender.h"
#include "clew/transport/testing/chaos_proxy.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;
using transport::testing::Chaos;
using transport::testing::ChaosProxy;
using transport::testing::HttpCollector;
using transport::testing::LoopbackServer;
using transport::testing::PeerConnection;

constexpr milliseconds kPatience{15'000};
constexpr milliseconds kSlack{4'000};  // a busy machine may be that late

// Names of the threads of this process.
std::multiset<std::string> thread_names() {
    std::multiset<std::string> names;
    DIR* const tasks = opendir("/proc/self/task");
    while (const dirent* task = readdir(tasks)) {
        std::ifstream file("/proc/self/task/" + std::string(task->d_name) + "/comm");
        std::string name;
        if (file >> name) names.insert(name);
    }
    closedir(tasks);
    return names;
}

class AsyncReporterTest : public ::testing::Test {
protected:
    AsyncReporterTest() : tracer_(*tracer::Tracer::create({})) {}

    void report_to(std::uint16_t port, ReporterOptions options = {}) {
        options.flush_interval = milliseconds(10);
        transport::HttpSenderOptions sender;
        sender.peer = {"127.0.0.1", port};
        reporter_ = *AsyncReporter::create(
            {tracer_.finished_spans(),
             [] { return std::make_unique<codec::JsonV2Encoder>(); },
             [sender] { return std::make_unique<transport::HttpSender>(sender); }},
            options
        );
    }
    void finish_spans(int count) {
        for (int i = 0; i < count; ++i) tracer_.new_trace("work").finish();
    }
    // After close(): nothing is under way.
    void expect_balance() const {
        const ReporterCounts counts = reporter_->counts();
        EXPECT_EQ(counts.finished(), counts.sent + counts.dropped_total());
    }
    std::uint64_t dropped(DropReason reason) const {
        return reporter_->counts().dropped[static_cast<std::size_t>(reason)];
    }
    static std::size_t spans_in(const HttpCollector& collector) {
        std::size_t count = 0;
        for (const std::string& body : collector.bodies()) {
            count += nlohmann::json::parse(body).size();
        }
        return count;
    }
    milliseconds time_of(const std::function<void()>& call) const {
        const auto start = std::chrono::steady_clock::now();
        call();
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
    }

    tracer::Tracer tracer_;
    std::unique_ptr<AsyncReporter> reporter_;
};

TEST_F(AsyncReporterTest, sends_without_being_asked) {
    HttpCollector collector;
    report_to(collector.port());
    finish_spans(3);
    const auto deadline = transport::Deadline::after(kPatience);
    while (reporter_->counts().sent < 3 && !deadline.has_passed()) std::this_thread::yield();
    EXPECT_EQ(spans_in(collector), 3U);
}

TEST_F(AsyncReporterTest, starts_its_thread_at_the_first_sampled_span) {
    HttpCollector collector;
    report_to(collector.port());
    EXPECT_FALSE(thread_names().contains("clew-report"));
    propagation::TraceContext unsampled;
    unsampled.sampling = propagation::Sampling::not_sampled;
    tracer_.next_span(unsampled, "work").finish();
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_FALSE(thread_names().contains("clew-report"));
    finish_spans(1);
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_EQ(thread_names().count("clew-report"), 1U);
    reporter_.reset();
    EXPECT_FALSE(thread_names().contains("clew-report"));
}

TEST_F(AsyncReporterTest, flushes_what_many_threads_have_finished) {
    HttpCollector collector;
    report_to(collector.port());
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([this] { finish_spans(250); });
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_EQ(reporter_->counts().sent, 1000U);
    EXPECT_EQ(spans_in(collector), 1000U);
    EXPECT_TRUE(reporter_->close(kPatience));
    expect_balance();
}

TEST_F(AsyncReporterTest, refuses_options_that_are_wrong) {
    ReporterOptions options;
    options.queue_bytes_max = 0;
    EXPECT_FALSE(AsyncReporter::create({}, options));
    EXPECT_FALSE(AsyncReporter::create({}, {}));
}

TEST_F(AsyncReporterTest, costs_the_application_nothing_when_the_collector_is_absent) {
    report_to(LoopbackServer::unused_port());
    EXPECT_LT(time_of([this] { finish_spans(20'000); }), kSlack);
    EXPECT_FALSE(reporter_->flush(milliseconds(50)));
    const auto deadline = transport::Deadline::after(kPatience);
    while (reporter_->last_error().empty() && !deadline.has_passed()) std::this_thread::yield();
    EXPECT_NE(reporter_->last_error().find("Connection refused"), std::string::npos);
    EXPECT_FALSE(reporter_->close(milliseconds(100)));
    EXPECT_EQ(reporter_->counts().sent, 0U);
    EXPECT_EQ(reporter_->counts().finished(), 20'000U);
    EXPECT_GT(dropped(DropReason::at_close), 0U);
    expect_balance();
}

TEST_F(AsyncReporterTest, ends_in_bounded_time_when_the_collector_hangs) {
    HttpCollector collector;
    collector.hold_first(1'000);
    report_to(collector.port());
    finish_spans(10);
    const auto deadline = transport::Deadline::after(kPatience);
    while (collector.bodies().empty() && !deadline.has_passed()) std::this_thread::yield();
    finish_spans(5);
    EXPECT_LT(time_of([this] { reporter_->close(milliseconds(100)); }), kSlack);
    EXPECT_EQ(dropped(DropReason::unanswered) + dropped(DropReason::at_close), 15U);
    EXPECT_GE(dropped(DropReason::unanswered), 1U);
    expect_balance();
}

TEST_F(AsyncReporterTest, counts_what_a_mad_collector_swallows) {
    LoopbackServer mad([](PeerConnection& peer) {
        peer.read_some();
        peer.write("what?\r\n\r\n");
    });
    report_to(mad.port());
    finish_spans(10);
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_EQ(dropped(DropReason::unanswered), 10U);
    EXPECT_EQ(reporter_->counts().sent, 0U);
    expect_balance();
}

TEST_F(AsyncReporterTest, recovers_without_a_restart) {
    HttpCollector collector;
    ChaosProxy proxy(collector.port());
    report_to(proxy.port());
    for (const Chaos chaos : {Chaos::hang_up, Chaos::cut_reply, Chaos::garble_reply}) {
        proxy.set(chaos);
        finish_spans(10);
        static_cast<void>(reporter_->flush(milliseconds(200)));
        proxy.set(Chaos::none);
        const std::uint64_t before = reporter_->counts().sent;
        finish_spans(10);
        EXPECT_TRUE(reporter_->flush(kPatience));
        EXPECT_GE(reporter_->counts().sent, before + 10);
    }
    EXPECT_TRUE(reporter_->close(kPatience));
    expect_balance();
    const std::uint64_t unanswered = dropped(DropReason::unanswered);
    EXPECT_GE(spans_in(collector), reporter_->counts().sent);
    EXPECT_LE(spans_in(collector), reporter_->counts().sent + unanswered);
}

TEST_F(AsyncReporterTest, holds_no_more_than_its_bound_under_load_without_a_collector) {
    ReporterOptions options;
    options.queue_bytes_max = 256 * 1024;
    report_to(LoopbackServer::unused_port(), options);
    for (int i = 0; i < 50; ++i) {
        finish_spans(500);
        EXPECT_LE(reporter_->counts().queue_bytes, options.queue_bytes_max + 64 * 1024);
    }
    reporter_->close(milliseconds(50));
    EXPECT_EQ(reporter_->counts().finished(), 25'000U);
    expect_balance();
}

TEST_F(AsyncReporterTest, sends_nothing_after_it_is_closed) {
    HttpCollector collector;
    report_to(collector.port());
    finish_spans(1);
    EXPECT_TRUE(reporter_->close(kPatience));
    finish_spans(2);
    EXPECT_FALSE(reporter_->flush(milliseconds(50)));
    EXPECT_FALSE(reporter_->close(kPatience));
    EXPECT_EQ(spans_in(collector), 1U);
    EXPECT_EQ(dropped(DropReason::at_close), 2U);
    expect_balance();
}

TEST_F(AsyncReporterTest, may_end_after_its_tracer) {
    HttpCollector collector;
    report_to(collector.port());
    finish_spans(2);
    EXPECT_TRUE(reporter_->flush(kPatience));
    tracer_ = tracer::Tracer();
    EXPECT_TRUE(reporter_->close(kPatience));
    expect_balance();
}

}  // namespace
}  // namespace clew::reporter
