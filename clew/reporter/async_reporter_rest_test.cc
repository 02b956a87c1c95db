// SPDX-License-Identifier: Apache-2.0
// Goal: a process can be rid of the reporter's thread for a fork, at any moment, in bounded time,
// and loses no span by it. Method: the system's own count of threads; collectors good, absent and
// hung.
#include <atomic>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "clew/codec/json_v2/json_v2_encoder.h"
#include "clew/reporter/async_reporter.h"
#include "clew/tracer/tracer.h"
#include "clew/transport/http/http_sender.h"
#include "clew/transport/testing/http_collector.h"

namespace clew::reporter {
namespace {

using std::chrono::milliseconds;
using transport::testing::HttpCollector;
using transport::testing::LoopbackServer;

constexpr milliseconds kPatience{15'000};
constexpr milliseconds kSlack{4'000};  // a busy machine may be that late

// As CPython counts them when it forks: field 20 of /proc/self/stat.
int system_threads() {
    std::ifstream file("/proc/self/stat");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string field;
    for (int number = 3; number <= 20; ++number) fields >> field;
    return std::stoi(field);
}

class AsyncReporterRestTest : public ::testing::Test {
protected:
    AsyncReporterRestTest() : tracer_(*tracer::Tracer::create({})) {}

    void report_to(std::uint16_t port, milliseconds flush_interval = milliseconds(60'000)) {
        ReporterOptions options;
        options.flush_interval = flush_interval;
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
    template <typename Condition>
    static void wait_for(const Condition& is_there) {
        const auto deadline = transport::Deadline::after(kPatience);
        while (!is_there() && !deadline.has_passed()) std::this_thread::yield();
        ASSERT_TRUE(is_there());
    }
    static std::size_t spans_in(const HttpCollector& collector) {
        std::set<std::string> ids;
        std::size_t count = 0;
        for (const std::string& body : collector.bodies()) {
            for (const nlohmann::json& span : nlohmann::json::parse(body)) {
                ids.insert(span["id"].get<std::string>());
                ++count;
            }
        }
        EXPECT_EQ(ids.size(), count);  // none twice
        return count;
    }

    tracer::Tracer tracer_;
    std::unique_ptr<AsyncReporter> reporter_;
};

TEST_F(AsyncReporterRestTest, sends_what_waits_and_ends_the_thread) {
    HttpCollector collector;
    report_to(collector.port());
    const int before = system_threads();
    EXPECT_TRUE(reporter_->rest(kPatience));  // nothing has run yet
    for (std::uint64_t sent = 5; sent <= 25; sent += 5) {
        finish_spans(5);
        wait_for([&] { return system_threads() >= before + 1; });
        EXPECT_TRUE(reporter_->rest(kPatience));
        wait_for([&] { return reporter_->counts().sent == sent; });
        EXPECT_TRUE(reporter_->rest(kPatience));  // it has ended already
    }
    EXPECT_EQ(spans_in(collector), 25U);
}

TEST_F(AsyncReporterRestTest, is_not_counted_by_the_system_any_more) {
    report_to(LoopbackServer::unused_port());
    const int before = system_threads();
    for (int i = 0; i < 200; ++i) {
        finish_spans(1);
        ASSERT_EQ(system_threads(), before + 1);
        ASSERT_TRUE(reporter_->rest(kPatience));
        ASSERT_EQ(system_threads(), before);
    }
    EXPECT_EQ(reporter_->counts().tracer.finished, 200U);
    EXPECT_EQ(reporter_->counts().dropped_total(), 0U);  // kept for a collector that comes back
}

TEST_F(AsyncReporterRestTest, begins_again_with_a_flush_that_has_something_to_send) {
    HttpCollector collector;
    report_to(collector.port());
    finish_spans(3);
    EXPECT_TRUE(reporter_->flush(kPatience));
    const int running = system_threads();
    EXPECT_TRUE(reporter_->rest(kPatience));
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_EQ(system_threads(), running - 1);  // nothing was to be sent
    finish_spans(2);
    EXPECT_TRUE(reporter_->flush(kPatience));
    EXPECT_EQ(spans_in(collector), 5U);
    EXPECT_TRUE(reporter_->rest(kPatience));
    finish_spans(1);
    EXPECT_TRUE(reporter_->close(kPatience));
    EXPECT_EQ(spans_in(collector), 6U);
    EXPECT_FALSE(reporter_->rest(kPatience));  // it has ended for good
}

TEST_F(AsyncReporterRestTest, waits_no_longer_than_it_is_told_for_a_collector_that_hangs) {
    HttpCollector collector;
    collector.hold_first(1);
    report_to(collector.port(), milliseconds(1));
    finish_spans(10);
    wait_for([&] { return !collector.bodies().empty(); });
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(reporter_->rest(milliseconds(20)));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kSlack);
    finish_spans(5);
    collector.release();
    EXPECT_TRUE(reporter_->flush(kPatience));  // the thread went on
    EXPECT_TRUE(reporter_->rest(kPatience));
    EXPECT_EQ(spans_in(collector), 15U);
}

TEST_F(AsyncReporterRestTest, does_not_wait_again_for_a_message_that_hangs) {
    HttpCollector collector;
    collector.hold_first(1);
    report_to(collector.port(), milliseconds(1));
    finish_spans(1);
    wait_for([&] { return !collector.bodies().empty(); });
    EXPECT_FALSE(reporter_->rest(milliseconds(200)));  // longer than a message may seem to hang
    EXPECT_FALSE(reporter_->rest(std::chrono::hours(1)));
    collector.release();
    EXPECT_TRUE(reporter_->flush(kPatience));
}

TEST_F(AsyncReporterRestTest, does_not_leave_a_flush_alone) {
    HttpCollector collector;
    collector.hold_first(1);
    report_to(collector.port());
    finish_spans(3);
    std::thread flushing([this] { EXPECT_TRUE(reporter_->flush(kPatience)); });
    wait_for([&] { return !collector.bodies().empty(); });
    EXPECT_FALSE(reporter_->rest(milliseconds(1)));
    collector.release();
    flushing.join();
    EXPECT_TRUE(reporter_->rest(kPatience));
    EXPECT_EQ(spans_in(collector), 3U);
}

TEST_F(AsyncReporterRestTest, loses_nothing_while_threads_finish_flush_and_rest) {
    HttpCollector collector;
    report_to(collector.port(), milliseconds(1));
    std::atomic<bool> is_over{false};
    std::thread resting([&] {
        while (!is_over) static_cast<void>(reporter_->rest(milliseconds(5)));
    });
    std::vector<std::thread> working;
    for (int i = 0; i < 3; ++i) {
        working.emplace_back([this] {
            for (int round = 0; round < 50; ++round) {
                finish_spans(4);
                EXPECT_TRUE(reporter_->flush(kPatience));
            }
        });
    }
    for (std::thread& thread : working) thread.join();
    is_over = true;
    resting.join();
    EXPECT_TRUE(reporter_->close(kPatience));
    EXPECT_EQ(reporter_->counts().sent, 600U);
    EXPECT_EQ(spans_in(collector), 600U);
}

TEST_F(AsyncReporterRestTest, may_be_asked_for_while_it_closes) {
    for (int i = 0; i < 20; ++i) {
        HttpCollector collector;
        report_to(collector.port(), milliseconds(1));
        std::atomic<bool> is_over{false};
        std::thread resting([&] {
            while (!is_over) static_cast<void>(reporter_->rest(milliseconds(5)));
        });
        finish_spans(10);
        EXPECT_TRUE(reporter_->close(kPatience));
        is_over = true;
        resting.join();
        EXPECT_EQ(spans_in(collector), 10U);
    }
}

}  // namespace
}  // namespace clew::reporter
